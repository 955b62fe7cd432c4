import * as E from 'fp-ts/Either'
import { auditAll, type AuditOptions } from '../projections/findings/audit-all'
import { auditLedger, type AuditRequest } from './application/audit'
import type { AuditReport } from './application/audit-report'
import { importFiles } from './application/import-files'
import type { ImportOptions } from './application/import-log'
import type { ImportedLog } from './application/import-log-outcome'
import { assumedZone, parseLogZone } from './import/log-zone'
import type { AppendError, ReadError } from './ports/event-store'
import { scratchLedger } from './scratch-ledger'

/** What part of the dials is judged, and by what; times are in milliseconds since 1970. */
export type AuditQuestion = Partial<AuditOptions>

/** How log files are read: as the options of `import` say. */
export type LogReadingOptions = Partial<
  Pick<ImportOptions, 'format' | 'dateOrder' | 'encoding' | 'source'>
> & {
  /** Offset from UTC that the logs were viewed in, such as `-08:00`; UTC is assumed without it. */
  readonly logTz?: string
}

/** What became of each file, beside the verdicts: the document of `audit FILE --json`. */
export type FilesAudit = AuditReport & {
  readonly _tag: 'Audited'
  readonly files: ReadonlyArray<ImportedLog>
}

/**
 * Why log files could not be judged. `LogsRefused`: what was named is no log, or cannot be read
 * without being told how; `files` says which and why, `report` judges what could be read.
 */
export type AuditFilesError =
  | ReadError
  | { readonly _tag: 'InvalidZone'; readonly why: string }
  | {
      readonly _tag: 'LogsRefused'
      readonly files: ReadonlyArray<ImportedLog>
      readonly report: AuditReport
    }
  | { readonly _tag: 'NotStored'; readonly error: AppendError }

const now = (): string => new Date().toISOString()

/** What an audit of now is asked. */
export const auditQuestionOf = (question: AuditQuestion): AuditRequest => ({
  ...auditAll,
  ...question,
  asOf: now(),
})

/** Judges the dials that log files show, in a throw-away ledger: the document of `audit FILE --json`. */
export const auditFiles = async (
  paths: ReadonlyArray<string>,
  question: AuditQuestion & LogReadingOptions = {},
): Promise<FilesAudit | AuditFilesError> => {
  const { logTz, format = null, dateOrder = null, ...rest } = question
  const { encoding = null, source = null, ...asked } = rest
  const zone = logTz === undefined ? E.right(assumedZone) : parseLogZone(logTz)
  if (E.isLeft(zone)) return { _tag: 'InvalidZone', why: zone.left }
  const scratch = scratchLedger(now)
  const run = await importFiles(scratch, {
    paths,
    options: {
      ...{ format, dateOrder, encoding, source, zone: zone.right },
      ...{ link: null, isDryRun: false },
    },
    progress: { onStart: () => undefined, onRead: () => undefined },
  })
  if (run.error !== null) return { _tag: 'NotStored', error: run.error }
  const report = await auditLedger(scratch.store, auditQuestionOf(asked))
  if (E.isLeft(report)) return report.left
  const { logs: files } = run
  return run._tag === 'ok'
    ? { _tag: 'Audited', ...report.right, files }
    : { _tag: 'LogsRefused', files, report: report.right }
}
