import * as E from 'fp-ts/Either'
import type { Connection } from './connection'
import { readIdFile, writeIdFile } from './ledger-id-file'
import { corrupt, halfMade, notALedger, type OpenError } from './open-error'
import { readLedgerId } from './read-ledger-id'
import { applicationId, schemaVersion } from './schema'

/** What a file says that it is. */
export type LedgerMarks = { readonly application: number; readonly schema: number }

/** The marks of a file; both are 0 in an empty one. */
export const readMarks = (connection: Connection): LedgerMarks => ({
  application: Number(connection.pragma('application_id', { simple: true })),
  schema: Number(connection.pragma('user_version', { simple: true })),
})

/** Whether a file is a ledger whose making was cut short: SQLite's, and nothing in it yet. */
export const isBlank = (connection: Connection): boolean =>
  readMarks(connection).application === 0 &&
  connection.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined

/** The id of an opened ledger, if it is one that this version reads and the one that was here. */
export const identifyLedger = (
  path: string,
  connection: Connection,
): E.Either<OpenError, string> => {
  if (isBlank(connection)) return E.left(halfMade(path))
  const marks = readMarks(connection)
  if (marks.application !== applicationId)
    return E.left(notALedger(path, 'a database of something else'))
  if (marks.schema > schemaVersion) return E.left(newerSchema(path, marks.schema))
  const ledgerId = readLedgerId(connection)
  if (ledgerId === undefined) return E.left(corrupt(path, 'it does not begin with LedgerCreated'))
  const expected = readIdFile(path)
  return expected === undefined || expected === '' || expected === ledgerId
    ? E.right(ledgerId)
    : E.left(idMismatch(path, expected, ledgerId))
}

/** Writes the id file of a ledger that has none: its making was cut short (S3), or it was copied. */
export const repairIdFile = (path: string, ledgerId: string): E.Either<unknown, boolean> =>
  E.tryCatch(
    () => {
      if ((readIdFile(path) ?? '') !== '') return false
      writeIdFile(path, ledgerId)
      return true
    },
    (cause) => cause,
  )

const newerSchema = (path: string, schema: number): OpenError => ({
  _tag: 'NewerSchema',
  path,
  schema,
  schemaMax: schemaVersion,
  next: 'use the version of open-interval that wrote it, or a newer one',
})

const idMismatch = (path: string, expected: string, found: string): OpenError => ({
  _tag: 'LedgerIdMismatch',
  path,
  expected,
  found,
  next: `put the ledger ${expected} back, or, if ${found} is to take its place, delete ${path}.id`,
})
