import type { RecordError, RecordOrder } from '../import/log-record'
import type { LinkId } from '../../domain/link-id'
import type { AppendError } from '../ports/event-store'

/**
 * What became of one log of a file, as `import --json` prints it. `records` = `recognised` +
 * `skipped` + bad ones; of those recognised, `events` are new evidence and `duplicates` was in the
 * ledger already; the rest says nothing about a link. `clockSteps` and `gaps` are numbers;
 * `recovered` records were found beyond what the log counts as its own.
 */
export type ImportedLog = {
  readonly file: string
  readonly sha256: string | null
  readonly format: string | null
  readonly logId: string | null
  readonly records: number
  readonly recognised: number
  readonly events: number
  readonly duplicates: number
  readonly skipped: number
  readonly order: RecordOrder | null
  readonly clockSteps: number
  readonly gaps: number
  readonly recovered: number
  readonly errors: ReadonlyArray<RecordError>
}

/**
 * How the import of one file ended.
 *
 * - `imported`: all of it is in the ledger (or would be).
 * - `foreign`: it is no log that can be read, or nothing in it is ours.
 * - `refused`: it is a log, but cannot be read without a person saying how.
 * - `ledger`: the ledger failed; what `logs` counts is in it, the rest is not.
 */
export type ImportOutcome = {
  readonly _tag: 'imported' | 'foreign' | 'refused' | 'ledger'
  readonly logs: ReadonlyArray<ImportedLog>
  /** Live links that got new evidence, and wait from now on (R15). */
  readonly mustWait: ReadonlyArray<LinkId>
  /** What a person should know although nothing is wrong. */
  readonly notes: ReadonlyArray<string>
  readonly error: AppendError | null
}

const nothingRead: ImportedLog = {
  file: '',
  sha256: null,
  format: null,
  logId: null,
  records: 0,
  recognised: 0,
  events: 0,
  duplicates: 0,
  skipped: 0,
  order: null,
  clockSteps: 0,
  gaps: 0,
  recovered: 0,
  errors: [],
}

/** Gives the outcome of a file of which nothing was stored; `known` is what was found out about it. */
export const notImported = (
  tag: 'foreign' | 'refused',
  known: Partial<ImportedLog> & { readonly file: string },
  message: string,
): ImportOutcome => {
  const errors = [{ record: null, offset: null, message }, ...(known.errors ?? [])]
  const log = { ...nothingRead, ...known, errors }
  return { _tag: tag, logs: [log], mustWait: [], notes: [], error: null }
}

/** Whether the times of a log are of no stated zone: a binary log has them in UTC. */
export const isZoneAssumed = ({ logId, format }: ImportedLog): boolean =>
  logId !== null && format !== 'evt'
