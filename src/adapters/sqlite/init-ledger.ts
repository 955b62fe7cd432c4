import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { siteLedgerStream } from '../../../domain/events'
import type { SealedEvent } from '../../ports/event-store'
import { connect, type Connection } from './connection'
import { examineFile } from './examine-file'
import { usualPatience } from './group-commit'
import { identifyLedger, isBlank, repairIdFile } from './identify-ledger'
import { insertEvent } from './insert-event'
import { insertStream } from './insert-stream'
import { openErrorOf, type OpenError } from './open-error'
import { patiently } from './patiently'
import { applicationId, createEvents, createGuards, createStreams, schemaVersion } from './schema'
import { settleOutcome } from './settle-outcome'

/** A ledger that is there now, and whether it was made just now. */
export type InitializedLedger = { readonly ledgerId: string; readonly created: boolean }

/**
 * Creates a ledger, or completes and names the one that is there. `ledgerCreated` is the sealed
 * `LedgerCreated` that a new one begins with. Nothing else ever creates a ledger: a fresh one grants
 * at once, so it must be meant.
 */
export const initLedger = (
  path: string,
  ledgerCreated: SealedEvent,
): TE.TaskEither<OpenError, InitializedLedger> =>
  pipe(
    patiently(
      { giveUpMs: usualPatience.lockMs, errorOf: (cause) => openErrorOf(path, cause) },
      () => tryInitializing(path, ledgerCreated),
    ),
    TE.flatMap(TE.fromEither),
  )

const tryInitializing = (
  path: string,
  ledgerCreated: SealedEvent,
): E.Either<OpenError, InitializedLedger> => {
  mkdirSync(dirname(path), { recursive: true })
  const kind = examineFile(path)
  if (typeof kind !== 'string') return E.left(kind)
  // Readable by others, so that people may look; the folder decides who gets there.
  closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644))
  return initFile(path, ledgerCreated)
}

const initFile = (
  path: string,
  ledgerCreated: SealedEvent,
): E.Either<OpenError, InitializedLedger> => {
  const connection = connect(path)
  try {
    const created = createIfBlank(connection, ledgerCreated)
    if (created) settleOutcome(connection)
    const identified = identifyLedger(path, connection)
    if (E.isLeft(identified)) return identified
    const repaired = repairIdFile(path, identified.right)
    return E.isLeft(repaired)
      ? E.left(openErrorOf(path, repaired.left))
      : E.right({ ledgerId: identified.right, created })
  } finally {
    connection.close()
  }
}

/** One transaction makes tables and first event, so that a crash leaves all of it or none. */
const createIfBlank = (connection: Connection, ledgerCreated: SealedEvent): boolean =>
  connection
    .transaction(() => {
      if (!isBlank(connection)) return false
      for (const statement of [createStreams, createEvents, ...createGuards])
        connection.exec(statement)
      connection.pragma(`application_id = ${applicationId}`)
      connection.pragma(`user_version = ${schemaVersion}`)
      const stream = insertStream(connection)(siteLedgerStream)
      insertEvent(connection)({ stream, revision: 0 }, ledgerCreated)
      return true
    })
    .immediate()
