import type { DialingState } from '../../domain/dialing-state'
import type { Recorded } from '../../domain/events'
import { waitsMax } from '../../domain/retry-window'
import type { SeenItem } from './observer'
import type { SimulatedWorld } from './world'

/** An event of a link as it lands, after others and on a state. */
export type Landing = {
  readonly seen: SeenItem
  readonly its: ReadonlyArray<SeenItem>
  readonly before: DialingState
  readonly after: DialingState
}

/**
 * Checks and notes what hosts that share a ledger do to each other: a lease runs out only once its
 * dialer is gone, and a report that comes late, also after another host abandoned the attempt,
 * shortens no wait.
 */
export const checkSeveralHosts = (world: SimulatedWorld, landing: Landing): void => {
  const { item } = landing.seen
  if (item.type === 'Unreadable') return
  if (item.type === 'DialAttempted') noteClocksApart(world, landing)
  if (isLeaseEnd(item)) checkLease(world, landing, item)
  const attempt = item.metadata.attempt
  if (landing.before.settled.some(({ id }) => id === attempt)) checkLate(world, landing, item)
}

const isLeaseEnd = (item: Recorded): boolean =>
  (item.type === 'AssociationEnded' || item.type === 'ConnectionOpenFailed') &&
  (('reason' in item.data && item.data.reason === 'lease-expired') ||
    item.data.origin === 'lease-lost')

const checkLease = (
  world: SimulatedWorld,
  { its, seen }: Landing,
  { metadata: { attempt, host } }: Recorded,
): void => {
  const dialer = world.dialerWorld.dialers.find((it) => it.attempt === attempt)
  if (dialer === undefined) return
  const granted = its.findIndex(({ item }) => item.type === 'DialAttempted' && item.id === attempt)
  const waiter = its
    .slice(granted)
    .find(({ item }) => item.type === 'DialRefused' && item.metadata.host !== dialer.host.name)
  if (waiter !== undefined) world.note('a lease ended while another host waited for it')
  if (host === dialer.host.name) return
  if (dialer.phase !== 'running' || (dialer.endedMs ?? Infinity) <= seen.readMs) {
    world.note('a lease ran out after its dialer was ended')
    return
  }
  const slept = dialer.host.machine.resumedMs > (dialer.startedMs ?? 0)
  if (slept || dialer.isOrphaned || dialer.behaviour.isStuck) {
    world.note('outside: a lease ran out beside what no deadline ends')
  } else world.violations.add(`the dialer of ${attempt ?? ''} outlives its lease`)
}

/** R4, R14: what is said of an attempt that is settled makes waits longer, or leaves them alone. */
const checkLate = (
  world: SimulatedWorld,
  { its, before, after }: Landing,
  { type, revision, metadata: { attempt, host } }: Recorded,
): void => {
  const abandoned = its.some(
    ({ item }) =>
      item.type === 'DialAbandoned' &&
      item.metadata.attempt === attempt &&
      item.metadata.host !== host,
  )
  if (abandoned) world.note('reported late after another host abandoned it')
  // Beyond that waits are merged.
  if (before.waits.length >= waitsMax) return
  const shortened = before.waits.filter(
    (wait) =>
      !after.waits.some(
        (it) =>
          it.windowId === wait.windowId &&
          (it.kind === wait.kind || it.kind === 'failure') &&
          it.mark >= wait.mark &&
          it.since <= wait.since &&
          it.failureNumber >= wait.failureNumber,
      ),
  )
  for (const { windowId } of shortened) {
    world.violations.add(`${type}@${revision} shortens the window of ${windowId}`)
  }
}

/** Notes a grant that waited out evidence of a host whose wall clock was about 90 s away. */
const noteClocksApart = (world: SimulatedWorld, { its, seen }: Landing): void => {
  const { item, readMs } = seen
  if (item.type === 'Unreadable') return
  const last = its.findLast(({ item: it }) => it.type === 'DialAbandoned' || isFailed(it))
  if (last === undefined || last.item.type === 'Unreadable') return
  const wallsMs = wallMs(item) - wallMs(last.item)
  const apartMs = Math.abs(wallsMs - (readMs - last.readMs))
  const isOther = last.item.metadata.host !== item.metadata.host
  if (isOther && apartMs > 60_000 && apartMs < 120_000) world.note('granted on a clock 90 s apart')
}

const isFailed = ({ type }: SeenItem['item']): boolean =>
  type === 'ConnectionOpenFailed' || type === 'AssociationEnded'

const wallMs = ({ metadata }: Recorded): number => Date.parse(metadata.appended.wall)
