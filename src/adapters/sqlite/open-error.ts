import { codeOf, failureOf } from './sqlite-failure'

/**
 * Why a ledger cannot be opened or created. Each carries the path, and `next`: what to do about it.
 *
 * - `LedgerMissing`: there is no file; `hadOne`: its id file says that there was.
 * - `LedgerIdMismatch`: another ledger lies where this one was.
 * - `NotALedger`: something else, or a ledger whose making was cut short.
 * - `NewerSchema`: written by a newer version.
 * - `NetworkFileSystem`: where locks and shared memory do not reach every writer.
 * - `ReadOnlyMedia`, `Denied`: it can be read, if at all, but not written.
 * - `Corrupt`: damaged; it is never replaced by a fresh one.
 * - `DiskFull`, `Unavailable`: another try may succeed.
 */
export type OpenError = { readonly path: string; readonly next: string } & (
  | { readonly _tag: 'LedgerMissing'; readonly hadOne: boolean }
  | { readonly _tag: 'LedgerIdMismatch'; readonly expected: string; readonly found: string }
  | { readonly _tag: 'NotALedger'; readonly why: string }
  | { readonly _tag: 'NewerSchema'; readonly schema: number; readonly schemaMax: number }
  | { readonly _tag: 'NetworkFileSystem'; readonly fileSystem: string }
  | { readonly _tag: 'ReadOnlyMedia' }
  | { readonly _tag: 'Denied'; readonly why: string }
  | { readonly _tag: 'Corrupt'; readonly why: string }
  | { readonly _tag: 'DiskFull'; readonly why: string }
  | { readonly _tag: 'Unavailable'; readonly why: string; readonly cause: unknown }
)

/** There is no ledger at a path. */
export const ledgerMissing = (path: string, hadOne: boolean): OpenError => ({
  _tag: 'LedgerMissing',
  path,
  hadOne,
  next: hadOne
    ? `${path}.id says that a ledger was here: mount its disk or restore it from a copy; to give it up, delete ${path}.id and run: open-interval init --store ${path}`
    : `check --store for a typo, or create it: open-interval init --store ${path}`,
})

/** What is at a path is no ledger. */
export const notALedger = (path: string, why: string): OpenError => ({
  _tag: 'NotALedger',
  path,
  why,
  next: `name another file with --store; ${path} is left as it is`,
})

/** A ledger whose making was cut short. */
export const halfMade = (path: string): OpenError => ({
  _tag: 'NotALedger',
  path,
  why: 'the making of this ledger was cut short',
  next: `finish it: open-interval init --store ${path}`,
})

/** What an error of the file system or of SQLite says about opening a ledger. */
export const openErrorOf = (path: string, cause: unknown): OpenError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  switch (failureOf(cause)) {
    case 'not-a-database':
      return notALedger(path, why)
    case 'corrupt':
      return corrupt(path, why)
    case 'missing':
    case 'denied':
      return denied(path, why)
    case 'read-only':
      // SQLite says so of a -wal or -shm that belongs to somebody else, too.
      return codeOf(cause) === 'EROFS' ? readOnlyMedia(path) : denied(path, why)
    case 'full':
      return { _tag: 'DiskFull', path, why, next: `make room on the disk of ${path}` }
    case 'busy':
    case 'constraint':
    case 'other':
      return { _tag: 'Unavailable', path, why, cause, next: 'try again' }
  }
}

/** A ledger is damaged. */
export const corrupt = (path: string, why: string): OpenError => ({
  _tag: 'Corrupt',
  path,
  why,
  next: `keep ${path} and its -wal as they are and restore a copy`,
})

const denied = (path: string, why: string): OpenError => ({
  _tag: 'Denied',
  path,
  why,
  next: `run as a user who may read and write ${path}, its -wal and -shm, and its folder`,
})

const readOnlyMedia = (path: string): OpenError => ({
  _tag: 'ReadOnlyMedia',
  path,
  next: `copy ${path} together with its -wal to a disk that can be written`,
})
