import type { Connection } from './connection'

const truncateLog = 'wal_checkpoint(TRUNCATE)'

/**
 * Whether the file now holds everything that any commit left in the log. Before that a look-up
 * proves nothing: after a failed sync a row was absent, and there again after the next crash.
 */
export const settleOutcome = (connection: Connection): boolean => {
  const rows = connection.pragma(truncateLog)
  return Array.isArray(rows) && rows.length === 1 && isNotBusy(rows[0])
}

const isNotBusy = (row: unknown): boolean =>
  typeof row === 'object' && row !== null && 'busy' in row && row.busy === 0
