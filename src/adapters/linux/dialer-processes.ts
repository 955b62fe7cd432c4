import type { OwnerProcess } from '../../../domain/events'
import { type ProcessStat, isAlive } from './process-stat'
import type { ProcessTable } from './process-table'

/** What an attempt's dialer is found by: the session that its launcher led, and the attempt's id. */
export type DialerTrace = { readonly attempt: string; readonly session: OwnerProcess | null }

/**
 * What is alive of a dialer. `doubtful` are members of a session whose leader is gone and of which
 * none carries the attempt's id: their number may have been given to somebody else since. Who
 * watched the session from its start on knows that they are the dialer's; nobody else may end them.
 */
export type LivingDialer = {
  readonly ours: ReadonlyArray<ProcessStat>
  readonly doubtful: ReadonlyArray<ProcessStat>
}

/** The environment variable that marks every process of an attempt. */
const attemptVariable = 'OPEN_INTERVAL_ATTEMPT'

/** Finds what is alive of a dialer: by session, and by environment what has left it (R5). */
export const findDialer = (table: ProcessTable, trace: DialerTrace): LivingDialer => {
  const all = table.all()
  const living = all.filter((stat) => stat.pid !== process.pid && isAlive(stat))
  const entry = `${attemptVariable}=${trace.attempt}`
  const marked = living.filter((stat) => table.hasEnvironment(stat.pid, entry))
  const isMarked = new Set(marked.map((stat) => stat.pid))
  const unmarked = membersOf(trace.session, { all, living, table }).filter(
    (stat) => !isMarked.has(stat.pid),
  )
  const leader = all.find((stat) => stat.pid === trace.session?.pid)
  const certain = leader !== undefined || marked.some((stat) => stat.session === trace.session?.pid)
  return certain
    ? { ours: [...marked, ...unmarked], doubtful: [] }
    : { ours: marked, doubtful: unmarked }
}

/** Whether the very process that a grant names is still there; another with its pid is not it. */
export const isSameProcess = (table: ProcessTable, owner: OwnerProcess): boolean => {
  const stat = table.find(owner.pid)
  return (
    table.pidNamespace === owner.pidNamespace &&
    stat !== null &&
    stat.startTicks === owner.startTicks &&
    isAlive(stat)
  )
}

type Seen = {
  readonly all: ReadonlyArray<ProcessStat>
  readonly living: ReadonlyArray<ProcessStat>
  readonly table: ProcessTable
}

// A kernel gives no number away that still is some session's; a new leader with it means that the
// old session is empty, so whatever bears the number now is foreign.
const membersOf = (session: OwnerProcess | null, seen: Seen): ReadonlyArray<ProcessStat> => {
  if (session?.pidNamespace !== seen.table.pidNamespace) return []
  const leader = seen.all.find((stat) => stat.pid === session.pid)
  if (leader !== undefined && leader.startTicks !== session.startTicks) return []
  return seen.living.filter((stat) => stat.session === session.pid)
}
