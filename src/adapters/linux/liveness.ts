import type { ClockReading } from '../../../domain/time'
import type { AttemptTraces, Judgement, Liveness } from '../../ports/liveness'
import { findDialer, isSameProcess } from './dialer-processes'
import { endProcesses } from './end-processes'
import { type LockState, lockFileOf, probeLock } from './link-lock'
import { type ProcessTable, openProcessTable } from './process-table'
import { hasSameMark } from './signed-host'

/**
 * What attempts are judged by. `sharedLedger`: hosts share the ledger, so that another boot id may
 * be another host's; on a ledger of one host it is an earlier boot. `host`: as it signs its events.
 */
export type LinuxLivenessOptions = {
  readonly lockFolder: string
  readonly here: () => ClockReading
  readonly host: string
  readonly sharedLedger: boolean
}

/** Judges attempts by the processes of this kernel, and by the link's lock across namespaces (R5). */
export const linuxLiveness = (options: LinuxLivenessOptions): Liveness => ({
  judge: async (link, attempt, isAsRead) => {
    const lock = () => probeLock(lockFileOf(options.lockFolder, link))
    const here = options.here()
    const { sharedLedger, host } = options
    if (attempt.granted.bootId !== here.bootId) {
      // An earlier boot of ours, or another machine, perhaps one of our name or with our folder.
      return sharedLedger && attempt.host !== host ? 'unknown' : 'gone'
    }
    const isOthers = sharedLedger && !hasSameMark(attempt.host, host)
    const table = openProcessTable()
    // Start ticks shift with the clock's offset, so they only mean something on one clock.
    const comparable = attempt.granted.boottimeOffset === here.boottimeOffset
    if (table === null || !comparable || isElsewhere(table, attempt)) {
      if (isUnsupervised(attempt) || isOthers) return 'unknown'
      const state = await lock()
      if (state !== 'free' || table === null) return judgeByLock(state)
      if (!(await isAsRead())) return 'outdated'
      // Nobody looks after it. A dialer need not hold the lock, and what bears the attempt's id is its.
      return endLeftover({ table, attempt: { ...attempt, session: null }, lock })
    }
    if (isUnsupervised(attempt)) return judgeOwner(table, attempt, isOthers)
    if (attempt.supervisor !== null && isSameProcess(table, attempt.supervisor)) return 'alive'
    if (!(await isAsRead())) return 'outdated'
    return endLeftover({ table, attempt, lock: isOthers ? cannotTell : lock })
  },
})

// Until it is up, a one-shot dial is looked after by its supervisor like any other.
const isUnsupervised = (attempt: AttemptTraces): boolean =>
  attempt.supervision === 'grant' || (attempt.supervision === 'oneshot' && attempt.up)

const isElsewhere = (table: ProcessTable, attempt: AttemptTraces): boolean => {
  const named = isUnsupervised(attempt) ? attempt.owner : attempt.supervisor
  return named !== null && named.pidNamespace !== table.pidNamespace
}

const judgeByLock = (lock: LockState): Judgement => {
  switch (lock) {
    case 'free':
      return 'gone'
    case 'held':
      return 'held'
    case 'cannot-tell':
      return 'unknown'
  }
}

/** A process of another user may be hidden from us. */
const judgeOwner = (
  table: ProcessTable,
  { owner }: AttemptTraces,
  isOthers: boolean,
): Judgement => {
  if (owner === null || isSameProcess(table, owner)) return 'alive'
  return isOthers ? 'unknown' : 'gone'
}

/** The lock of another one lies in a folder of its own: that ours is free tells nothing of it. */
const cannotTell = (): Promise<LockState> => Promise.resolve('cannot-tell')

type Leftover = {
  readonly table: ProcessTable
  readonly attempt: AttemptTraces
  readonly lock: () => Promise<LockState>
}

/** Time between TERM and KILL where the grant does not tell its margin. */
const marginMsMax = 5_000

/** How long a guard may take to see that the dialer is gone, and to leave. */
const guardMsMax = 2_000
const pollMs = 50

const endLeftover = async ({ table, attempt, lock }: Leftover): Promise<Judgement> => {
  // Descriptors that only the dialer can hold are proof that the session is still its own.
  const state = await lock()
  const held = state === 'held'
  const find = () => {
    const { ours, doubtful } = findDialer(table, attempt)
    return held ? [...ours, ...doubtful] : ours
  }
  const ended = await endProcesses({ table, find, graceMs: graceMsOf(attempt) })
  if (!ended.gone || findDialer(table, attempt).doubtful.length > 0) return 'leftover-stuck'
  if (held && !(await becomesFree(lock))) return 'leftover-stuck'
  if (ended.found) return 'leftover-ended'
  return state === 'cannot-tell' ? 'unknown' : 'gone'
}

const graceMsOf = ({ dialTimeoutSec }: AttemptTraces): number =>
  dialTimeoutSec === undefined ? marginMsMax : Math.min(marginMsMax, dialTimeoutSec * 250)

const becomesFree = async (lock: () => Promise<LockState>): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < guardMsMax; waitedMs += pollMs) {
    if ((await lock()) === 'free') return true
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return false
}
