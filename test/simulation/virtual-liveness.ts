import type { AttemptTraces, Judgement, Liveness } from '../../src/ports/liveness'
import { pause, type Host } from './machines'
import { isLockHeld, signalDialer, type DialerWorld, type VirtualDialer } from './virtual-dialers'
import { awaitAnswer, type VirtualProcess } from './virtual-time'

/** A process that an unsupervised link belongs to. */
export type VirtualOwner = { readonly pid: number; readonly pidNamespace: string; isAlive: boolean }

/** What one process can look at to judge attempts. */
export type Looker = {
  readonly host: Host
  readonly process: VirtualProcess
  readonly owners: ReadonlyArray<VirtualOwner>
  readonly here: () => { readonly bootId: string; readonly boottimeOffset: string }
  /** Whether other machines use the same ledger. */
  readonly isShared: boolean
}

/** Judges as `linux/liveness` does, by the processes and locks of the world's kernels. */
export const virtualLiveness = (world: DialerWorld, looker: Looker): Liveness => ({
  judge: (link, attempt, isAsRead) =>
    awaitAnswer<Judged>(world.time, looker.process, {
      name: 'judge',
      thereMs: 1,
      backMs: 1,
      isRemote: false,
      perform: (answer) => {
        void judge(world, looker, { link, attempt, isAsRead }).then((judgement) => {
          world.note(`judged ${judgement}`)
          answer(judgement)
        })
      },
    }),
})

type Judged = Judgement | 'outdated'

type Case = {
  readonly link: string
  readonly attempt: AttemptTraces
  readonly isAsRead: () => Promise<boolean>
}

const judge = async (world: DialerWorld, looker: Looker, it: Case): Promise<Judged> => {
  const { attempt, link, isAsRead } = it
  const { host, process, isShared } = looker
  const here = looker.here()
  if (attempt.granted.bootId !== here.bootId) {
    return isShared && attempt.host !== host.name ? 'unknown' : 'gone'
  }
  const isUnsupervised =
    attempt.supervision === 'grant' || (attempt.supervision === 'oneshot' && attempt.up)
  const named = isUnsupervised ? attempt.owner : attempt.supervisor
  const isElsewhere = named !== null && named.pidNamespace !== host.pidNamespace
  const known = world.dialers.find((it) => it.attempt === attempt.attempt)
  if (isElsewhere || attempt.granted.boottimeOffset !== here.boottimeOffset) {
    if (isUnsupervised) return 'unknown'
    if (isLockHeld(world, { host, link, asker: process })) return 'held'
    const isSeen = known !== undefined && seesProcessesOf(host, known.host)
    if (!(await isAsRead())) return 'outdated'
    return isSeen ? endLeftover(world, looker, { ...it, dialer: known }) : 'gone'
  }
  if (isUnsupervised) {
    const owner = looker.owners.find(({ pid }) => pid === attempt.owner?.pid)
    return attempt.owner === null || owner?.isAlive === true ? 'alive' : 'gone'
  }
  if (known?.supervisor.isAlive === true) return 'alive'
  if (!(await isAsRead())) return 'outdated'
  return known === undefined ? 'gone' : endLeftover(world, looker, { ...it, dialer: known })
}

/** Whether the processes of one host are seen from another: a container sees none but its own. */
export const seesProcessesOf = (host: Host, other: Host): boolean =>
  host.machine === other.machine &&
  (host.pidNamespace === other.pidNamespace || host.kind !== 'faked-uptime')

const killMsMax = 2_000

const endLeftover = async (
  world: DialerWorld,
  { host, process }: Looker,
  { link, attempt, dialer }: Case & { readonly dialer: VirtualDialer },
): Promise<Judgement> => {
  const wasAlive = dialer.phase === 'running'
  const graceMs = Math.min(5_000, (attempt.dialTimeoutSec ?? 20) * 250)
  const isOver = () => dialer.phase !== 'running'
  for (const [signal, forMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', killMsMax],
  ] as const) {
    if (!isOver()) signalDialer(world, dialer, signal)
    for (let waitedMs = 0; !isOver() && waitedMs < forMs; waitedMs += 50) {
      await pause(world.time, process, 50)
    }
  }
  if (!isOver()) return 'leftover-stuck'
  for (let waitedMs = 0; isLockHeld(world, { host, link, asker: process }); waitedMs += 50) {
    if (waitedMs >= killMsMax) return 'leftover-stuck'
    await pause(world.time, process, 50)
  }
  return wasAlive ? 'leftover-ended' : 'gone'
}
