import type { FactOf } from './fact'
import type { OpenWindow } from './grant-windows'
import { exempts, intervalSecUnder, versionsBetween, type PolicyVersion } from './policy-versions'
import type { RequiredBy } from './report'

/** How long a window kept a link closed to one grant, in seconds. */
export type RequiredWait = {
  /** By every policy version in force from the window's beginning to the grant (R11). */
  readonly sec: number
  /** As `sec`, but for versions that superseded the grant's own a moment before it. */
  readonly secByBasis: number
  /** As `sec`, had no failure been exempt. */
  readonly secUnexempted: number
  readonly by: RequiredBy
}

/** What the wait of a window is derived from. */
export type WaitBasis = {
  readonly grant: FactOf<'grant'>
  readonly versions: ReadonlyArray<PolicyVersion>
  readonly openIntervalSec: number | null
}

/** How long a window kept the link closed to a grant. */
export const requiredWait = (window: OpenWindow, basis: WaitBasis): RequiredWait => {
  const { grant, versions, openIntervalSec } = basis
  const inForce = versionsBetween(versions, window.since, grant.position)
  const known = inForce.filter((version) => !isNewsTo(grant, version))
  const longest = (among: ReadonlyArray<PolicyVersion>, isExempting: boolean) =>
    Math.max(0, ...among.map((version) => secUnder(version, window, isExempting)))
  if (window.kind !== 'not-started' && openIntervalSec !== null) {
    const sec = openIntervalSec
    return { sec, secByBasis: sec, secUnexempted: sec, by: '--open-interval' }
  }
  return {
    sec: longest(inForce, true),
    secByBasis: longest(known, true),
    secUnexempted: longest(inForce, false),
    by: requiredBy(window, inForce),
  }
}

const requiredBy = (window: OpenWindow, inForce: ReadonlyArray<PolicyVersion>): RequiredBy => {
  if (window.kind === 'not-started') return 'not-started-wait'
  return inForce.some((version) => version.setsInterval) ? 'policy' : 'default-policy'
}

const secUnder = ({ policy }: PolicyVersion, window: OpenWindow, isExempting: boolean): number => {
  if (window.kind === 'not-started') return policy.notStartedWaitSec
  const type = window.fact.kind === 'grant' ? 'DialAbandoned' : window.fact.type
  const failure = { type, origin: window.origin, code: window.code }
  const isExempt = isExempting && window.kind === 'failure' && exempts(policy, failure)
  return isExempt ? 0 : intervalSecUnder(policy, window.failureNumber)
}

/**
 * Whether a version came too late for a grant: the grant's basis does not name it, and it was
 * appended after the grant's decision or, as the grant is void then, at most `startWithin` before.
 */
const isNewsTo = (grant: FactOf<'grant'>, version: PolicyVersion): boolean => {
  const isNamed =
    isAtMost(version.site, grant.policy.site) && isAtMost(version.link, grant.policy.link)
  if (isNamed || version.appended === null) return false
  const { appended } = version
  const beforeMs =
    appended.clock === grant.occurred.clock
      ? (grant.occurred.cs - appended.cs) * 10
      : grant.occurred.ms - appended.ms
  return beforeMs <= grant.startWithinSec * 1000
}

const isAtMost = (revision: number | null, named: number | null): boolean =>
  revision === null || (named !== null && revision <= named)
