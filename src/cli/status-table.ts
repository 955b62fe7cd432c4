import type { StatusRow } from '../application/status-row'
import type { DisplayTime } from './display-time'

/** `status` as a person reads it: one line a link, and why it may not be dialed. */
export const statusTable = (rows: ReadonlyArray<StatusRow>, show: DisplayTime): string => {
  if (rows.length === 0) return 'The ledger knows no link yet.\n'
  const width = Math.max(4, ...rows.map((row) => row.link.length))
  return rows.map((row) => `${row.link.padEnd(width)}  ${statusLine(row, show)}\n`).join('')
}

/** Phase, verdict and failures of one link in a line, without its name. */
export const statusLine = (row: StatusRow, show: DisplayTime): string => {
  const failures = row.consecutiveFailures === 0 ? '' : `  failures ${row.consecutiveFailures}`
  return `${row.phase.padEnd(10)}  ${row.mayDial ? 'may be dialed' : denialOf(row, show)}${failures}`
}

const denialOf = (row: StatusRow, show: DisplayTime): string => {
  const rules = [...new Set(row.deniedBy.map((denial) => denial.rule))].join(', ')
  const wait =
    row.retryAfterSec === null
      ? 'until a person acts'
      : `for ${row.retryAfterSec} s${row.closesAt === null ? '' : `, not before ${show(row.closesAt)}`}`
  return `refused by ${rules} ${wait}`
}
