import type { OwnerProcess } from '../../../domain/events'
import { openProcessTable, ownerProcessOf } from './process-table'

/** Programs that only run others, so that a link cannot belong to them. */
const shells: ReadonlySet<string> = new Set(
  'sh bash dash ash busybox zsh ksh mksh pdksh lksh yash fish csh tcsh rc env sudo doas setpriv timeout'.split(
    ' ',
  ),
)

/** Deepest nesting of shells that is searched. */
const ancestorsMax = 64

/** The process with this pid, as a grant names it; null when there is none. */
export const processWithPid = (pid: number): OwnerProcess | null => {
  const table = openProcessTable()
  return table === null ? null : ownerProcessOf(table, pid)
}

/**
 * The nearest ancestor of this process that is no shell: it is what an unsupervised link belongs to
 * (pppd runs its connect script by `sh -c`). Null where none can be seen from this namespace.
 */
export const nearestOwner = (): OwnerProcess | null => {
  const table = openProcessTable()
  if (table === null) return null
  let stat = table.find(process.ppid)
  for (let seen = 0; stat !== null && seen < ancestorsMax; seen += 1) {
    if (!shells.has(stat.name.replace(/^-/u, ''))) return ownerProcessOf(table, stat.pid)
    stat = table.find(stat.parentPid)
  }
  return null
}
