import type { ImportRun } from '../application/import-files'
import type { ImportedLog } from '../application/import-log-outcome'
import type { RecordError } from '../import/log-record'

const errorsShown = 20

const orders = {
  'oldest-first': 'oldest first',
  'newest-first': 'newest first',
  unknown: 'order unknown',
} as const

const errorLine = ({ record, offset, message }: RecordError): string => {
  if (record === null) return `  ${message}\n`
  return `  record ${record}${offset === null ? '' : ` at byte ${offset}`}: ${message}\n`
}

const errorLines = (errors: ReadonlyArray<RecordError>): string => {
  const left = errors.length - errorsShown
  const more = left > 0 ? `  and ${left} more; --json lists them\n` : ''
  return errors.slice(0, errorsShown).map(errorLine).join('') + more
}

const countsOf = (log: ImportedLog): string =>
  [
    `${log.records} records`,
    `${log.recognised} of the Exchange MTA`,
    `${log.events} new events`,
    `${log.duplicates} in the ledger already`,
    `${log.skipped} of other programs`,
    `${log.clockSteps} clock steps`,
    ...(log.gaps === 0 ? [] : [`${log.gaps} gaps in the record numbers`]),
    ...(log.recovered === 0 ? [] : [`${log.recovered} recovered`]),
  ].join(', ')

const logText = (log: ImportedLog): string => {
  const order = log.order === null ? '' : `, ${orders[log.order]}`
  const what = log.format === null ? '' : ` (${log.format}${order})`
  const counts = log.logId === null ? '' : `  log ${log.logId}: ${countsOf(log)}\n`
  return `${log.file}${what}\n${counts}${errorLines(log.errors)}`
}

/** What an import run did, as a person reads it. */
export const importText = (run: ImportRun, isDryRun: boolean): string => {
  const logs = run.logs.map(logText).join('')
  const notes = run.notes.map((note) => `note: ${note}\n`).join('')
  const waits = run.mustWait
    .map(
      (link) =>
        `${link} ${isDryRun ? 'would have to wait' : 'must now wait'}: its failures count from now (status tells until when)\n`,
    )
    .join('')
  return `${logs}${notes}${waits}${isDryRun ? 'dry run: nothing was written\n' : ''}`
}
