import type { StatusRow } from './status-row'

/** `status` as a person reads it: one line a link, and why it may not be dialed. */
export const statusTable = (rows: ReadonlyArray<StatusRow>): string => {
  if (rows.length === 0) return 'The ledger knows no link yet.\n'
  const width = Math.max(4, ...rows.map((row) => row.link.length))
  return rows.map((row) => `${row.link.padEnd(width)}  ${lineOf(row)}\n`).join('')
}

const lineOf = (row: StatusRow): string => {
  const failures = row.consecutiveFailures === 0 ? '' : `  failures ${row.consecutiveFailures}`
  return `${row.phase.padEnd(10)}  ${row.mayDial ? 'may be dialed' : denialOf(row)}${failures}`
}

const denialOf = (row: StatusRow): string => {
  const rules = [...new Set(row.deniedBy.map((denial) => denial.rule))].join(', ')
  const wait =
    row.retryAfterSec === null
      ? 'until a person acts'
      : `for ${row.retryAfterSec} s${row.closesAt === null ? '' : `, not before ${row.closesAt}`}`
  return `refused by ${rules} ${wait}`
}
