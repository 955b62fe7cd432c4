import { defaultPolicy, type RetryPolicy } from '../../domain/policy'
import type { Recorded } from '../../domain/events'

/** An event, and the true time of its append in centiseconds, which no host knows. */
export type Witnessed = { readonly cs: number; readonly item: Recorded }

/** What a judge of true times lets pass; nothing where clocks are exact and one thing happens at a time. */
export type Tolerance = {
  /** How much faster than true time an uptime may run, as a share of it. */
  readonly drift: number
  /** How long before a grant a policy of the site may have come too late for it (`stale-policy`). */
  readonly staleCs: number
}

const exact: Tolerance = { drift: 0, staleCs: 0 }

/**
 * What is wrong with the dials of one link, judged by true time and by brute force. It shares
 * nothing with the decider but the event types, and knows fixed intervals only.
 *
 * `seen` holds the events of the link and of `site-policy` in the order of their appends.
 */
export const wrongDials = (seen: ReadonlyArray<Witnessed>): ReadonlyArray<string> =>
  seen.flatMap((_, at) => wrongDial(seen, at))

/** What is wrong with one event of a link, if it is a dial; see {@link wrongDials}. */
export const wrongDial = (
  seen: ReadonlyArray<Witnessed>,
  at: number,
  tolerance = exact,
): ReadonlyArray<string> => {
  const last = seen[at]
  if (last?.item.type !== 'DialAttempted') return []
  const known = [...seen.slice(0, at).filter((it) => !isNews(it, last, tolerance)), last]
  const dial = known.length - 1
  return [
    ...openAttempts(known, dial, tolerance),
    ...closedWindows(known, dial, tolerance),
    ...exceededLimits(known, dial, tolerance),
    ...(isHeld(known, dial) ? [`dial ${at} on a held link`] : []),
  ]
}

/** Whether a policy of the site came a moment before a grant that does not name it (R11). */
const isNews = (event: Witnessed, dial: Witnessed, { staleCs }: Tolerance): boolean => {
  if (event.item.stream !== 'site-policy' || dial.item.type !== 'DialAttempted') return false
  const named = dial.item.data.basis.policy.site
  const isNamed = named !== null && event.item.revision <= BigInt(named)
  return !isNamed && event.cs > dial.cs - staleCs
}

/** Centiseconds that must have passed at least for a clock to show so many. */
const leastCs = (cs: number, { drift }: Tolerance): number =>
  drift === 0 ? cs : cs * (1 - 2 * drift) - 1

const policiesBetween = (
  seen: ReadonlyArray<Witnessed>,
  from: number,
  to: number,
): ReadonlyArray<RetryPolicy> => {
  const policies = [policyAt(seen, from)]
  for (let at = from + 1; at <= to; at += 1) {
    if (seen[at]?.item.type === 'RetryPolicyChanged') policies.push(policyAt(seen, at))
  }
  return policies
}

const policyAt = (seen: ReadonlyArray<Witnessed>, at: number): RetryPolicy => {
  let site: Partial<RetryPolicy> = {}
  let link: Partial<RetryPolicy> = {}
  for (const { item } of seen.slice(0, at + 1)) {
    if (item.type !== 'RetryPolicyChanged') continue
    const before = item.stream === 'site-policy' ? site : link
    const left = Object.entries(before).filter(
      ([name]) => !item.data.unset.some((it) => it === name),
    )
    const after = { ...Object.fromEntries(left), ...item.data.set }
    if (item.stream === 'site-policy') site = after
    else link = after
  }
  return { ...defaultPolicy, ...site, ...link }
}

const attemptOf = ({ item }: Witnessed): string | undefined =>
  item.type === 'DialAttempted'
    ? item.id
    : item.metadata.source.kind === 'import'
      ? undefined
      : item.metadata.attempt

const isFailure = ({ item }: Witnessed): boolean =>
  item.type === 'RasErrorOccurred' ||
  item.type === 'ConnectionErrorOccurred' ||
  item.type === 'ConnectionOpenFailed' ||
  (item.type === 'AssociationEnded' && item.data.abnormal)

const settlements = [
  'ConnectionOpenFailed',
  'AssociationEnded',
  'DialNotStarted',
  'DialAbandoned',
] as const

/** Where the event is that settles an attempt before a place; -1: it is not settled there. */
const settledAt = (seen: ReadonlyArray<Witnessed>, attempt: string, before: number): number =>
  seen.findIndex(
    (event, at) =>
      at < before &&
      attemptOf(event) === attempt &&
      settlements.some((type) => type === event.item.type),
  )

const isNoDial = (seen: ReadonlyArray<Witnessed>, attempt: string, before: number): boolean => {
  const settlement = seen[settledAt(seen, attempt, before)]
  return (
    settlement?.item.type === 'DialNotStarted' &&
    !seen.slice(0, before).some((event) => attemptOf(event) === attempt && isFailure(event))
  )
}

/** R2, R5: an earlier attempt that is still open by true time. */
const openAttempts = (
  seen: ReadonlyArray<Witnessed>,
  dial: number,
  tolerance: Tolerance,
): ReadonlyArray<string> =>
  seen.slice(0, dial).flatMap((event, at) => {
    const { item, cs } = event
    if (item.type !== 'DialAttempted') return []
    const settled = settledAt(seen, item.id, dial)
    if (settled !== -1 && seen[settled]?.item.type !== 'DialAbandoned') return []
    const isUp = seen
      .slice(at, dial)
      .some((other) => other.item.type === 'AssociationOpened' && attemptOf(other) === item.id)
    const overCs = cs + leastCs(item.data.dialTimeoutSec * 100, tolerance)
    return isUp || (seen[dial]?.cs ?? 0) < overCs ? [`dial ${dial} beside attempt ${at}`] : []
  })

type Window = {
  readonly id: string
  /** Where its evidence is in the ledger, and its true time. */
  readonly at: number
  readonly cs: number
  readonly since: number
  readonly secUnder: (policy: RetryPolicy) => number
}

const windowsBefore = (seen: ReadonlyArray<Witnessed>, dial: number): ReadonlyArray<Window> =>
  seen.slice(0, dial).flatMap((event, at): ReadonlyArray<Window> => {
    const { item, cs } = event
    const attempt = attemptOf(event)
    const granted = seen.findIndex(({ item: { id } }) => id === attempt)
    if (item.type === 'DialAttempted') {
      const settled = settledAt(seen, item.id, dial)
      if (settled !== -1 && seen[settled]?.item.type !== 'DialAbandoned') return []
      const place = settled === -1 ? dial : settled
      const overCs = cs + item.data.dialTimeoutSec * 100
      return [{ id: item.id, at: place, cs: overCs, since: at, secUnder: intervalSec(event) }]
    }
    if (item.type === 'DialNotStarted') {
      const id = attempt ?? item.id
      const since = granted === -1 ? at : granted
      const isReal = attempt !== undefined && !isNoDial(seen, attempt, dial)
      const secUnder = isReal
        ? intervalSec(event)
        : (policy: RetryPolicy) => policy.notStartedWaitSec
      return [{ id, at, cs, since, secUnder }]
    }
    if (!isFailure(event)) return []
    const named = 'episode' in item.data ? item.data.episode : undefined
    const id = attempt ?? named ?? item.id
    const first = seen.findIndex(
      (other) =>
        other.item.id === id || ('episode' in other.item.data && other.item.data.episode === id),
    )
    const since = attempt !== undefined && granted !== -1 ? granted : first === -1 ? at : first
    return [{ id, at, cs, since: Math.min(since, at), secUnder: intervalSec(event) }]
  })

const intervalSec =
  ({ item }: Witnessed) =>
  (policy: RetryPolicy): number =>
    policy.exempt.includes(item.type) ? 0 : policy.openIntervalSec

/** R3, R4, R8, R11: a window that is open at the dial by true time, and not waived. */
const closedWindows = (
  seen: ReadonlyArray<Witnessed>,
  dial: number,
  tolerance: Tolerance,
): ReadonlyArray<string> => {
  const dialCs = seen[dial]?.cs ?? 0
  return windowsBefore(seen, dial).flatMap((window) => {
    if (isOver(seen, window, dial) || isWaived(seen, window, dial)) return []
    const required = Math.max(
      ...policiesBetween(seen, window.since, dial).map((policy) => window.secUnder(policy)),
    )
    const missing = leastCs(required * 100, tolerance) - (dialCs - window.cs)
    return missing > 0 ? [`dial ${dial}: ${missing} cs early after event ${window.at}`] : []
  })
}

/** A window ends with the next dial after it, unless that one never started or waived it. */
const isOver = (seen: ReadonlyArray<Witnessed>, window: Window, dial: number): boolean =>
  seen.some(
    ({ item }, at) =>
      at > window.at &&
      at < dial &&
      item.type === 'DialAttempted' &&
      item.id !== window.id &&
      !isNoDial(seen, item.id, dial) &&
      !isWaived(seen, window, at),
  )

const isWaived = (seen: ReadonlyArray<Witnessed>, window: Window, dial: number): boolean => {
  const waiver = seen.slice(0, dial).findLastIndex(({ item }) => item.type === 'WindowWaived')
  const waived = seen[waiver]?.item
  if (waived?.type !== 'WindowWaived') return false
  // Imports are one window after the other under a name that only the decider knows.
  const isImported = ({ at }: Window) => seen[at]?.item.metadata.source.kind === 'import'
  if (isImported(window)) return true
  if (waived.data.windowId !== window.id) return false
  const settled = settledAt(seen, window.id, dial)
  return (
    settled < waiver &&
    !windowsBefore(seen, dial).some(
      (other) =>
        other.at > waiver &&
        other.id !== window.id &&
        !isImported(other) &&
        other.secUnder(defaultPolicy) !== 15,
    )
  )
}

/** R9: more dials than a limit allows. */
const exceededLimits = (
  seen: ReadonlyArray<Witnessed>,
  dial: number,
  tolerance: Tolerance,
): ReadonlyArray<string> =>
  policyAt(seen, dial).limits.flatMap(({ max, perSec }) => {
    const sinceCs = (seen[dial]?.cs ?? 0) - leastCs(perSec * 100, tolerance)
    const count = seen
      .slice(0, dial)
      .filter(
        ({ item, cs }) =>
          item.type === 'DialAttempted' && cs > sinceCs && !isNoDial(seen, item.id, dial),
      ).length
    return count < max ? [] : [`dial ${dial}: ${count} dials in ${perSec} s, ${max} allowed`]
  })

const isHeld = (seen: ReadonlyArray<Witnessed>, dial: number): boolean =>
  seen
    .slice(0, dial)
    .findLast(({ item }) => item.type === 'LinkHeld' || item.type === 'LinkReleased')?.item.type ===
  'LinkHeld'
