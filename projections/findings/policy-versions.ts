import { defaultPolicy, type PolicyFields, type RetryPolicy } from '../../domain/policy'
import type { FactOf, FactReading } from './fact'

/** The policy of a link from one change on. `site` and `link` are revisions of the last changes. */
export type PolicyVersion = {
  readonly policy: RetryPolicy
  readonly position: number
  readonly fromMs: number
  readonly site: number | null
  readonly link: number | null
  /** Whether somebody chose the interval; the defaults hold before that. */
  readonly setsInterval: boolean
  readonly appended: FactReading | null
}

type PolicyFact = FactOf<'policy'>

const beforeAny: PolicyVersion = {
  policy: defaultPolicy,
  position: -1,
  fromMs: -Infinity,
  site: null,
  link: null,
  setsInterval: false,
  appended: null,
}

/** When a change begins to hold for imported history. */
const effectiveMsOf = (change: PolicyFact): number => change.effectiveMs ?? change.appended.ms

/**
 * The versions that changes of `site-policy` and of the link's stream make, the defaults first.
 * `by` is the order in which they hold: by position for grants, by effective time for history.
 */
export const policyVersions = (
  changes: ReadonlyArray<PolicyFact>,
  by: 'position' | 'effective',
): ReadonlyArray<PolicyVersion> => {
  const orderOf = (change: PolicyFact) =>
    by === 'position' ? change.position : effectiveMsOf(change)
  const ordered = changes.toSorted((a, b) => orderOf(a) - orderOf(b) || a.position - b.position)
  const versions: PolicyVersion[] = [beforeAny]
  let site: PolicyFields = {}
  let link: PolicyFields = {}
  for (const change of ordered) {
    const isSite = change.stream === 'site-policy'
    if (isSite) site = changed(site, change)
    else link = changed(link, change)
    const last = versions.at(-1) ?? beforeAny
    const fields = { ...site, ...link }
    versions.push({
      policy: { ...defaultPolicy, ...fields },
      position: change.position,
      fromMs: effectiveMsOf(change),
      site: isSite ? change.revision : last.site,
      link: isSite ? last.link : change.revision,
      setsInterval: 'openIntervalSec' in fields || 'intervalsSec' in fields,
      appended: change.appended,
    })
  }
  return versions
}

const changed = (fields: PolicyFields, { set, unset }: PolicyFact): PolicyFields => ({
  ...Object.fromEntries(
    Object.entries(fields).filter(([name]) => !unset.some((gone) => gone === name)),
  ),
  ...set,
})

/** The versions in force at any position in `[from, to)`. */
export const versionsBetween = (
  versions: ReadonlyArray<PolicyVersion>,
  from: number,
  to: number,
): ReadonlyArray<PolicyVersion> => {
  const start = versions.findLastIndex((version) => version.position <= from)
  return versions.slice(Math.max(0, start)).filter((version) => version.position < to)
}

/** The versions in force at any stated time in `[fromMs, toMs]`; `versions` by effective time. */
export const versionsDuring = (
  versions: ReadonlyArray<PolicyVersion>,
  fromMs: number,
  toMs: number,
): ReadonlyArray<PolicyVersion> => {
  const start = versions.findLastIndex((version) => version.fromMs <= fromMs)
  return versions.slice(Math.max(0, start)).filter((version) => version.fromMs <= toMs)
}

/** Seconds that the n-th consecutive failure (1-based) closes a link under one policy. */
export const intervalSecUnder = (policy: RetryPolicy, failureNumber: number): number => {
  const { intervalsSec, openIntervalSec } = policy
  if (intervalsSec.length === 0) return openIntervalSec
  const nth = Math.max(1, failureNumber)
  return (
    (nth > intervalsSec.length ? intervalsSec.at(-1) : intervalsSec[nth - 1]) ?? openIntervalSec
  )
}

/** Whether a policy exempts a failure: by event type, by origin, or by origin and code. */
export const exempts = (
  policy: RetryPolicy,
  failure: { readonly type: string; readonly origin: string; readonly code: number | null },
): boolean => {
  const { type, origin, code } = failure
  const names = code === null ? [type, origin] : [type, origin, `${origin}:${code}`]
  return policy.exempt.some((name) => names.includes(name))
}
