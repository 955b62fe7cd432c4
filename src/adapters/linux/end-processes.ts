import type { ProcessStat } from './process-stat'
import type { ProcessTable } from './process-table'
import { hasCode } from './has-code'

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
    return hasCode(error, 'EPERM') ? 'denied' : 'gone'
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

/** While a process executes another program its environment cannot be read: one miss may be that. */
const missesNeeded = 2

/** Ends processes, those that they start meanwhile included; gives up where they cannot be ended. */
export const endProcesses = async (ending: Ending): Promise<Ended> => {
  const begunAt = performance.now()
  const termed = new Set<number>()
  let left = ending.find()
  let found = false
  let misses = 0
  for (;;) {
    misses = left.length > 0 ? 0 : misses + 1
    if (misses >= missesNeeded) break
    found ||= left.length > 0
    const spentMs = performance.now() - begunAt
    if (spentMs > ending.graceMs + killMsMax) break
    for (const stat of left) {
      if (spentMs >= ending.graceMs) signalProcess(ending.table, stat, 'SIGKILL')
      else if (!termed.has(stat.pid)) {
        signalProcess(ending.table, stat, 'SIGTERM')
        signalProcess(ending.table, stat, 'SIGCONT')
        termed.add(stat.pid)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    left = ending.find()
  }
  return { found, gone: left.length === 0 }
}
