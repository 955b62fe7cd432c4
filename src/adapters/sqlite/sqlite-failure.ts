import type { ReadError } from '../../ports/event-store'

/**
 * What an error of SQLite or of the file system means to us; see https://sqlite.org/rescode.html and
 * errno(3) (read 2026-11-22).
 */
export type SqliteFailure =
  | 'busy'
  | 'constraint'
  | 'corrupt'
  | 'not-a-database'
  | 'denied'
  | 'read-only'
  | 'full'
  | 'missing'
  | 'other'

const failures: ReadonlyArray<readonly [prefix: string, SqliteFailure]> = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
  ['SQLITE_CONSTRAINT', 'constraint'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'not-a-database'],
  ['SQLITE_PERM', 'denied'],
  ['SQLITE_AUTH', 'denied'],
  // The file is no longer the one at its path.
  ['SQLITE_READONLY_DBMOVED', 'other'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_FULL', 'full'],
  // The file that readers and writers share cannot grow: the disk is full.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['SQLITE_CANTOPEN', 'missing'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EROFS', 'read-only'],
]

/** The meaning of an error, extended codes of SQLite included. */
export const failureOf = (error: unknown): SqliteFailure => {
  const code = codeOf(error)
  return failures.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'other'
}

/**
 * The code of an error of SQLite or of the file system, `''` if it has none. By its looks, because
 * the classes of errors differ between realms.
 */
export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

/** The port's word for an error that certainly changed nothing. */
export const readErrorOf = (cause: unknown): ReadError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  switch (failureOf(cause)) {
    case 'corrupt':
    case 'not-a-database':
      return { _tag: 'Corrupt', why, cause }
    case 'denied':
    case 'read-only':
      return { _tag: 'Denied', why, cause }
    default:
      return { _tag: 'Unavailable', why, cause }
  }
}
