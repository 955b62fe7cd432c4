import type { Recorded } from '../../domain/events'
import { streamOfLink } from '../../domain/link-id'
import { cutOffOf } from './cut-off'
import { driftMax } from './machines'
import { observe, type Observer, type SeenItem } from './observer'
import type { VirtualDialer } from './virtual-dialers'
import { seesProcessesOf } from './virtual-liveness'

/**
 * Checks a dialer that really starts, against those that really ran: its grant is in the ledger, no
 * other runs, and none failed less than an interval ago.
 */
export const checkTrueStart = (observer: Observer, dialer: VirtualDialer): void => {
  observe(observer)
  const { violations, dialerWorld, note } = observer.world
  note('dialer started')
  const its = observer.ofLink.get(dialer.link)!
  const grant = its.find(({ item }) => item.type === 'DialAttempted' && item.id === dialer.attempt)
  const problem =
    grant === undefined
      ? 'without a grant'
      : (startsUnknown(observer, dialer) ?? startsLate(observer, dialer, grant))
  if (problem !== null) violations.add(`R1: the dialer of ${dialer.attempt} starts ${problem}`)
  for (const other of dialerWorld.dialers) {
    if (other === dialer || other.link !== dialer.link || other.startedMs === null) continue
    const problem = runsBeside(observer, other, dialer) ?? followsTooSoon(observer, other, grant)
    if (problem !== null) violations.add(`${problem} (${dialer.attempt} after ${other.attempt})`)
  }
}

/** R1: what became of the append of a grant is known before its dialer starts. */
const startsUnknown = ({ store }: Observer, { attempt }: VirtualDialer): string | null =>
  store.acknowledged.some(({ events }) => events.some(({ id }) => id === attempt))
    ? null
    : 'without an answer to the append of its grant'

/** R1: a grant is void `startWithin` after its decision, but for time that no uptime counts. */
const startsLate = (
  { world }: Observer,
  { host }: VirtualDialer,
  { item, readMs }: SeenItem,
): string | null => {
  if (item.type !== 'DialAttempted' || host.machine.frozenUntilMs > readMs) return null
  const lateMs = world.time.nowMs - readMs - item.data.startWithinSec * 1000 * (1 + 2 * driftMax)
  return lateMs > 20 ? `${Math.round(lateMs)} ms after its grant was void` : null
}

const runsBeside = (
  observer: Observer,
  other: VirtualDialer,
  dialer: VirtualDialer,
): string | null => {
  const { released, world } = observer
  // What a one-shot dial left is its owner's, who may say that it is down while it is not.
  const isLeftUp = other.exit?.code === 0 && !other.plan.ownDescriptorsCount
  if (other.phase !== 'running' || isLeftUp) return null
  const { machine } = other.host
  if (machine !== dialer.host.machine) {
    // A machine that sleeps keeps no deadline; what nothing can end is no kernel's but its own; and
    // a person may release a link that is up elsewhere.
    const slept = machine.resumedMs > (other.startedMs ?? 0)
    const isReleased = (released.get(streamOfLink(dialer.link)) ?? -1) > (other.startedMs ?? 0)
    if (slept || isReleased || other.isOrphaned || other.behaviour.isStuck) {
      world.note('outside: beside what no deadline ends on another machine')
      return null
    }
  }
  // What nothing can end is no longer looked for once a host that cannot see it closed the attempt.
  if (other.behaviour.isStuck && isClosedElsewhere(observer, other)) {
    world.note('outside: beside what nothing can end, closed by another host')
    return null
  }
  // A dialer that shares no lock, alone in another container, is seen by nobody.
  const isAlone = !other.supervisor.isAlive && other.guard === null
  const isHidden = !other.plan.ownDescriptorsCount && !seesProcessesOf(dialer.host, other.host)
  if (isAlone && isHidden) world.note('outside: beside what only its own container sees')
  return isAlone && isHidden ? null : 'two dialers run'
}

/** R4 by what really happened: a failed dialer's end, and an interval from there. */
const followsTooSoon = (
  observer: Observer,
  other: VirtualDialer,
  grant: SeenItem | undefined,
): string | null => {
  const { world, waived, hasExempted, shortestIntervalSec } = observer
  const isUntold = hasExempted || waived.has(streamOfLink(other.link))
  if (other.endedMs === null || isUntold || !hasFailed(observer, other)) return null
  const unseen = whyUnseen(other) ?? whyUntold(observer, other, grant)
  if (unseen === null) world.note('followed a failed dialer')
  const waitedMs = world.time.nowMs - other.endedMs
  const missingMs = shortestIntervalSec * 1000 * (1 - 2 * driftMax) - waitedMs
  if (missingMs <= 20) return null
  if (unseen !== null) world.note(`outside: early after ${unseen}`)
  return unseen === null ? `dials ${Math.round(missingMs)} ms early after a dial that failed` : null
}

/** Why nobody saw when a dialer ended: it counts from when it was last seen; null: somebody did. */
const whyUnseen = ({ behaviour, exit, supervisor, host, ...its }: VirtualDialer): string | null => {
  if (behaviour.isStuck) return 'one that nothing can end'
  if (its.isOrphaned && exit?.signal === null) return 'one that outlived supervisor and guard'
  // One that ends late, because its machine slept, is known only to a supervisor that lives to tell.
  const slept = host.machine.resumedMs > (its.startedMs ?? 0)
  const isKilled = !supervisor.isAlive && !supervisor.isDone
  return slept && isKilled ? 'a sleep, without a supervisor to tell' : null
}

/**
 * Why a grant could not know of a dialer's end: a person released the link while it was up, which settles the
 * attempt, and what its supervisor saw later was not in the ledger yet.
 */
const whyUntold = (
  { ofLink, world }: Observer,
  { link, attempt, host, startedMs }: VirtualDialer,
  grant: SeenItem | undefined,
): string | null => {
  const its = ofLink.get(link)!.flatMap(({ item }) => (item.type === 'Unreadable' ? [] : [item]))
  const until = grant?.item.revision ?? 0n
  const known = its.filter((it) => it.stream !== 'site-policy' && it.revision < until)
  const released = known.findLastIndex(
    (it) => it.type === 'AssociationEnded' && it.data.origin === 'release' && isOf(it, attempt),
  )
  const isTold = known.slice(released + 1).some((it) => isOf(it, attempt))
  if (released !== -1 && !isTold) return 'the release of a link that was up'
  // One that ends late, because its machine slept, is known only to a supervisor that can tell.
  const slept = host.machine.resumedMs > (startedMs ?? 0)
  const isCutOff = cutOffOf(world.store.cutOff, host.machine, world.time) !== null
  const isEndTold = known.some(
    (it) => isOf(it, attempt) && it.metadata.host === host.name && endings.has(it.type),
  )
  return slept && isCutOff && !isEndTold ? 'a sleep, of a machine that is cut off' : null
}

/** What a supervisor records once its dialer is gone. */
const endings = new Set(['ConnectionErrorOccurred', 'ConnectionOpenFailed', 'AssociationEnded'])

/** Whether a gate of another host closed an attempt, which cannot see what there is of it. */
const isClosedElsewhere = ({ ofLink }: Observer, { link, attempt, host }: VirtualDialer): boolean =>
  ofLink
    .get(link)!
    .some(
      ({ item }) =>
        item.type !== 'Unreadable' &&
        (item.type === 'DialAbandoned' || item.type === 'AssociationEnded') &&
        isOf(item, attempt) &&
        item.metadata.source.kind === 'gate' &&
        item.metadata.host !== host.name,
    )

const isOf = (item: Recorded, attempt: string): boolean => item.metadata.attempt === attempt

/** Whether a dialer failed for certain, whatever anybody recorded of it. */
const hasFailed = ({ world, ofLink }: Observer, dialer: VirtualDialer): boolean => {
  const { exit, plan, supervisor, behaviour } = dialer
  const isWell = exit?.code === 0 && plan.onOutput === null
  if (behaviour.notExecuted !== null || isWell) return false
  const wasUp = ofLink
    .get(dialer.link)!
    .some(
      ({ item }) => item.type === 'AssociationOpened' && item.metadata.attempt === dialer.attempt,
    )
  const isAbnormal = (exit?.code ?? 0) !== 0 && plan.ownDescriptorsCount
  return !wasUp || (isAbnormal && !world.stopped.has(supervisor))
}
