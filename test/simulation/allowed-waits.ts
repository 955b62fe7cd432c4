import type { DenialRule, StreamItem } from '../../domain/events'
import type { Refused } from '../../src/application/gate'
import { clockOf } from './machines'
import type { GateAnswer, Observer, SeenItem } from './observer'

/** What R13 lets a wait last, in seconds, and the evidence that it is counted from. */
type Bound = { readonly sec: number; readonly since: (item: StreamItem) => boolean }

const evidence = new Set([
  'RasErrorOccurred',
  'ConnectionErrorOccurred',
  'ConnectionOpenFailed',
  'AssociationEnded',
  'DialNotStarted',
  'DialAbandoned',
  'LinkReleased',
])

const isEvidence = (item: StreamItem): boolean =>
  evidence.has(item.type) ||
  (item.type === 'DialRefused' && item.data.deniedBy.some(({ rule }) => rule === 'site-released'))

const isGrant = ({ type }: StreamItem): boolean => type === 'DialAttempted'

/** A grant, or evidence by which an attempt that was said to be no dial was one after all (R8). */
const isDialOf = (its: ReadonlyArray<SeenItem>) => {
  const noDials = new Set<string | undefined>()
  for (const { item } of its) {
    if (item.type === 'DialNotStarted') noDials.add(item.metadata.attempt)
  }
  noDials.delete(undefined)
  return (item: StreamItem): boolean =>
    isGrant(item) ||
    (isEvidence(item) &&
      item.type !== 'Unreadable' &&
      item.type !== 'DialNotStarted' &&
      noDials.has(item.metadata.attempt))
}

const boundOf = ({ longest }: Observer, rule: DenialRule, isDial: Bound['since']): Bound | null => {
  const intervalSec = longest.openIntervalSec + longest.jitterMaxSec
  switch (rule) {
    case 'open-interval':
    case 'short-sessions':
    case 'normal-end':
    case 'released-past':
    case 'site-released':
      return { sec: intervalSec, since: isEvidence }
    case 'not-started':
      return { sec: longest.notStartedWaitSec, since: isEvidence }
    case 'dialing':
      return { sec: longest.dialTimeoutSec, since: isGrant }
    case 'probe-interval':
      return { sec: longest.probeIntervalSec + longest.jitterMaxSec, since: isDial }
    case 'limit':
      return { sec: Math.max(...longest.limits.map(({ perSec }) => perSec), 0), since: isDial }
    case 'ledger-unreadable':
    case 'held':
    case 'exhausted':
    case 'connected':
    case 'lock-held':
    case 'dialer-still-running':
      return null
  }
}

/** One tick for each span that an age may be made of, and for readings that are rounded down. */
const ticksCs = 10

/**
 * Rules that deny although the asking clock counted all the time that R13 grants them, from its first
 * event on that follows the evidence.
 */
export const longerThanAllowed = (
  observer: Observer,
  { running, request, judged }: GateAnswer,
  { deniedBy }: Refused,
): ReadonlyArray<string> => {
  const read = running.lastRead()
  const its = observer.ofLink.get(request.link)!
  // What cannot be read ages only once a person has released it (R16).
  if (read === null || deniedBy.some(({ rule }) => rule === 'ledger-unreadable')) return []
  return deniedBy.flatMap(({ rule }) => {
    const bound = boundOf(observer, rule, isDialOf(its))
    // Who lives settles its attempt by itself, and what is stuck is looked for again (R5).
    const isLookedAfter = judged === 'alive' || judged === 'held' || judged === 'leftover-stuck'
    if (bound === null || (rule === 'dialing' && isLookedAfter)) return []
    const first = firstOwnEvent(its, { bound, running })
    if (first === null) return []
    const waitedCs = read.uptimeCs - first
    const isTooLong = waitedCs > bound.sec * 100 + ticksCs
    const by = `${running.process.name}: ${rule} after ${waitedCs} cs of ${bound.sec} s`
    return isTooLong ? [by] : []
  })
}

const firstOwnEvent = (
  its: ReadonlyArray<SeenItem>,
  { bound, running }: { readonly bound: Bound; readonly running: Running },
): number | null => {
  const since = its.findLastIndex(({ item }) => bound.since(item))
  const clock = clockOf(running.host)
  const own = its.find(
    (it, at) => at >= since && it.clock === clock && it.item.stream !== 'site-policy',
  )
  return own === undefined || own.item.type === 'Unreadable'
    ? null
    : own.item.metadata.appended.uptimeCs
}

type Running = GateAnswer['running']
