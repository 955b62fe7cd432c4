import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { accessSync, closeSync, constants, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EventStore } from '../../ports/event-store'
import { connect, connectForReading, type Connection } from './connection'
import { examineFile } from './examine-file'
import { usualPatience, type Patience } from './group-commit'
import { identifyLedger, repairIdFile } from './identify-ledger'
import { halfMade, ledgerMissing, openErrorOf, type OpenError } from './open-error'
import { patiently, type Trying } from './patiently'
import { copyPrivately } from './private-copy'
import { readLedgerId } from './read-ledger-id'
import { sqliteEventStore } from './sqlite-event-store'
import { failureOf } from './sqlite-failure'

/** How to open a ledger. `readOnly` opens one that cannot be written, too. */
export type OpenOptions = { readonly readOnly?: boolean; readonly patience?: Patience }

/** How an opened ledger is read: `private-copy` stands still while the ledger goes on. */
export type LedgerAccess = 'read-write' | 'read-only' | 'private-copy'

/** An opened ledger. */
export type OpenedLedger = {
  readonly store: EventStore
  readonly path: string
  readonly ledgerId: string
  readonly access: LedgerAccess
}

/** Opens a ledger that is there; never creates, empties or replaces one. */
export const openLedger = (
  path: string,
  options: OpenOptions = {},
): TE.TaskEither<OpenError, OpenedLedger> =>
  pipe(
    patiently(openPatience(path), () => tryOpening(path, options)),
    TE.flatMap(TE.fromEither),
  )

/** How long to wait for a process that is just recovering or closing the ledger. */
const openPatience = (path: string): Trying<OpenError> => ({
  giveUpMs: usualPatience.lockMs,
  errorOf: (cause) => openErrorOf(path, cause),
})

const tryOpening = (path: string, options: OpenOptions): E.Either<OpenError, OpenedLedger> => {
  const kind = examineFile(path)
  if (kind === 'none') return E.left(ledgerMissing(path, false))
  if (kind === 'blank') return E.left(halfMade(path))
  if (kind !== 'ledger') return E.left(kind)
  return options.readOnly === true ? openForReading(path, options) : openForWriting(path, options)
}

const openForWriting = (path: string, options: OpenOptions): E.Either<OpenError, OpenedLedger> => {
  return opened(path, options, { access: 'read-write', connect: () => connectForWriting(path) })
}

const connectForWriting = (path: string): Connection => {
  accessSync(dirname(path), constants.W_OK)
  // SQLite falls back to reading in silence.
  closeSync(openSync(path, 'r+'))
  return connect(path)
}

/** Reads the file itself where SQLite can, else a copy (S4). */
const openForReading = (path: string, options: OpenOptions): E.Either<OpenError, OpenedLedger> => {
  if (isReadInPlace(path))
    return opened(path, options, { access: 'read-only', connect: () => connectReading(path) })
  const copy = copyPrivately(path)
  const result = opened(path, options, {
    access: 'private-copy',
    connect: () => connect(copy.path),
    released: copy.remove,
  })
  if (E.isLeft(result)) copy.remove()
  return result
}

/** SQLite does not tell a file that may not be read from one that is not there. */
const connectReading = (path: string): Connection => {
  accessSync(path, constants.R_OK)
  return connectForReading(path)
}

const isReadInPlace = (path: string): boolean => {
  try {
    connectForReading(path).close()
    return true
  } catch (cause) {
    if (['missing', 'denied', 'read-only', 'full'].includes(failureOf(cause))) return false
    throw cause
  }
}

type Way = {
  readonly access: LedgerAccess
  readonly connect: () => Connection
  readonly released?: () => void
}

const opened = (
  path: string,
  { patience }: OpenOptions,
  { access, connect, released }: Way,
): E.Either<OpenError, OpenedLedger> => {
  const connection = connect()
  const identified = identifyLedger(path, connection)
  if (E.isLeft(identified)) {
    connection.close()
    return identified
  }
  const ledgerId = identified.right
  // A missing id file is no reason not to go on; the next start tries again (S3).
  if (access === 'read-write') repairIdFile(path, ledgerId)
  const store = sqliteEventStore({
    connection,
    reconnect: () => reconnected(connect, ledgerId),
    ...(patience === undefined ? {} : { patience }),
    ...(released === undefined ? {} : { released }),
  })
  return E.right({
    store: access === 'read-write' ? store : unwritable(store),
    path,
    ledgerId,
    access,
  })
}

/** Another ledger may have been put in the place of this one since it was opened. */
const reconnected = (connect: () => Connection, ledgerId: string): Connection => {
  const connection = connect()
  if (readLedgerId(connection) === ledgerId) return connection
  connection.close()
  throw new Error('another ledger is in its place now')
}

const unwritable = (store: EventStore): EventStore => ({
  ...store,
  append: () => () =>
    Promise.resolve(E.left({ _tag: 'Denied', why: 'the ledger was opened for reading' })),
})
