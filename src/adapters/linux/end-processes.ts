import type { ProcessStat } from './process-stat'
import type { ProcessTable } from './process-table'

/** What came of a signal: `denied` is a process that is not ours to end. */
export type SignalOutcome = 'sent' | 'gone' | 'denied'

/** Signals a process unless another one has its pid by now. */
export const signalProcess = (
  table: ProcessTable,
  stat: ProcessStat,
  signal: NodeJS.Signals,
): SignalOutcome => {
  if (table.find(stat.pid)?.startTicks !== stat.startTicks) return 'gone'
  try {
    process.kill(stat.pid, signal)
    return 'sent'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'denied' : 'gone'
  }
}

/** How to end what `find` finds: TERM and CONT at once, KILL after `graceMs`. */
export type Ending = {
  readonly table: ProcessTable
  readonly find: () => ReadonlyArray<ProcessStat>
  readonly graceMs: number
}

/** What was found, and whether all of it is gone. */
export type Ended = { readonly found: boolean; readonly gone: boolean }

/** How long KILL may take: a process in an uninterruptible wait cannot be ended at all. */
const killMsMax = 3_000
const pollMs = 50

/** Ends processes, those that they start meanwhile included; gives up where they cannot be ended. */
export const endProcesses = async (ending: Ending): Promise<Ended> => {
  const begunAt = performance.now()
  const first = ending.find()
  for (const stat of first) {
    signalProcess(ending.table, stat, 'SIGTERM')
    signalProcess(ending.table, stat, 'SIGCONT')
  }
  let left = first
  while (left.length > 0) {
    const spentMs = performance.now() - begunAt
    if (spentMs > ending.graceMs + killMsMax) break
    if (spentMs >= ending.graceMs) {
      for (const stat of left) signalProcess(ending.table, stat, 'SIGKILL')
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    left = ending.find()
  }
  return { found: first.length > 0, gone: left.length === 0 }
}
