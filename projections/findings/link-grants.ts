import { attemptsOf, type Attempt } from './attempts'
import { linkOfStream, type EventFact, type Fact, type FactOf } from './fact'
import { afterAbandonment, afterEvent, noWindows, type LinkWindows } from './grant-windows'
import { judgeGrant, type GrantVerdict } from './judge-grant'
import { lateEvidenceGrants } from './late-evidence'
import { policyVersions, type PolicyVersion } from './policy-versions'
import { trackOf } from './proven-spans'
import { siteDamageOf, withSiteDamage } from './site-damage'
import { largestOf } from './sorted'

/** A granted dial with its verdict. */
export type GrantDial = {
  readonly attempt: Attempt
  readonly link: string
  readonly judged: GrantVerdict
}

/** One link's stream, and what the site says. */
export type LinkStream = {
  readonly link: string
  readonly facts: ReadonlyArray<Fact>
  readonly site: ReadonlyArray<Fact>
  readonly openIntervalSec: number | null
}

/** Judges every grant of a link that may have led to a dial, in the order of the stream. */
export const judgeGrants = (stream: LinkStream): ReadonlyArray<GrantDial> => {
  const facts = stream.facts.filter(isEvent)
  const attempts = attemptsOf(facts)
  if (attempts.size === 0) return []
  const changes = [...stream.site.filter(isEvent), ...facts].filter(isPolicy)
  const versions = policyVersions(changes, 'position')
  const track = trackOf(facts.map((fact) => fact.appended))
  const late = lateEvidenceGrants(facts, attempts, longestSec(versions, stream.openIntervalSec))
  const dials: GrantDial[] = []
  const damage = damageOf(stream.facts)
  const siteDamage = siteDamageOf(stream.site)
  let windows: LinkWindows = { ...noWindows, readableSince: stream.facts[0]?.position ?? 0 }
  let previous: Attempt | null = null
  for (const [index, fact] of facts.entries()) {
    windows = withDamage(windows, damage, { fact, before: facts[index - 1] })
    const attempt = fact.kind === 'grant' ? attempts.get(fact.id) : undefined
    if (fact.kind !== 'grant' || attempt === undefined) {
      windows = afterEvent(windows, { fact, index, attempts })
      continue
    }
    windows = withUnsettled(windows, { previous, attempt, attempts })
    previous = attempt
    if (attempt.neverStarted) continue
    const basis = { grant: fact, versions, openIntervalSec: stream.openIntervalSec }
    const sited = withSiteDamage(windows, siteDamage, { fact, index })
    const judged = judgeGrant({ ...basis, index, track, windows: sited })
    dials.push({ attempt, link: stream.link, judged: withLate(judged, late.has(fact.id)) })
    windows = afterDial({ ...sited, unreadable: windows.unreadable }, judged)
  }
  return dials
}

const isEvent = (fact: Fact): fact is EventFact => fact.kind !== 'unreadable'

const isPolicy = (fact: EventFact): fact is FactOf<'policy'> => fact.kind === 'policy'

const longestSec = (
  versions: ReadonlyArray<PolicyVersion>,
  openIntervalSec: number | null,
): number =>
  openIntervalSec ??
  largestOf(versions.flatMap(({ policy }) => [policy.openIntervalSec, ...policy.intervalsSec]))

/** Revisions at which a link's stream cannot be read. */
const damageOf = (facts: ReadonlyArray<Fact>): ReadonlyArray<number> =>
  facts.flatMap((fact, index) => {
    const expected = index === 0 ? 0 : (facts[index - 1]?.revision ?? 0) + 1
    return fact.kind === 'unreadable' || fact.revision !== expected ? [fact.revision] : []
  })

const withDamage = (
  windows: LinkWindows,
  damage: ReadonlyArray<number>,
  step: { readonly fact: EventFact; readonly before: EventFact | undefined },
): LinkWindows => {
  const from = step.before?.revision ?? -1
  const latest = damage.findLast((one) => one > from && one <= step.fact.revision)
  return latest === undefined ? windows : { ...windows, unreadable: latest }
}

type Following = {
  readonly previous: Attempt | null
  readonly attempt: Attempt
  readonly attempts: ReadonlyMap<string, Attempt>
}

/** An attempt that nothing settled before this grant is abandoned, unless it was up (R5). */
const withUnsettled = (windows: LinkWindows, following: Following): LinkWindows => {
  const { previous, attempt, attempts } = following
  if (previous === null) return windows
  const { settledIndex, upIndex, grant } = previous
  const isOpen = settledIndex === null || settledIndex > attempt.grantIndex
  const isUp = upIndex !== null && upIndex < attempt.grantIndex
  return isOpen && !isUp ? afterAbandonment(windows, grant.id, attempts) : windows
}

const withLate = (judged: GrantVerdict, isLate: boolean): GrantVerdict =>
  isLate && judged.reason === 'window-over' ? { ...judged, reason: 'late-evidence' } : judged

/** A dial that waited a window out is the end of it; a waived or broken one stays open (R12). */
const afterDial = (windows: LinkWindows, { standings }: GrantVerdict): LinkWindows => {
  const over = new Set(['window-over', 'exempt', 'stale-policy'])
  return {
    ...windows,
    open: standings.filter(({ reason }) => !over.has(reason)).map(({ window }) => window),
  }
}

/** The links of some facts' streams, with the facts of each. */
export const factsByLink = (
  facts: ReadonlyArray<Fact>,
): ReadonlyMap<string, ReadonlyArray<Fact>> => {
  const byLink = new Map<string, Fact[]>()
  for (const fact of facts) {
    const link = linkOfStream(fact.stream)
    if (link === null) continue
    const known = byLink.get(link)
    if (known === undefined) byLink.set(link, [fact])
    else known.push(fact)
  }
  return byLink
}
