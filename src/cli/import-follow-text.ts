import type { Followed } from '../application/follow-logs'
import type { ImportedLog, ImportOutcome } from '../application/import-log-outcome'
import type { CliParts } from './cli-parts'
import type { LedgerOptions } from './run-command'

/** Tells of what a followed log adds, as it comes, and of all of it in the end. */
export type FollowTelling = {
  readonly outcome: (outcome: ImportOutcome) => void
  readonly summary: (paths: ReadonlyArray<string>, followed: Followed) => void
}

/** One line for each import that added something; with `--json` one document a line. */
export const tellingOf = (parts: CliParts, flags: LedgerOptions): FollowTelling => {
  const said = new Set<string>()
  const sayOnce = (message: string): void => {
    if (!said.has(message)) parts.err(`open-interval: ${message}\n`)
    said.add(message)
  }
  return {
    outcome: ({ _tag, logs, error }) => {
      if (error !== null) parts.err(`open-interval: ${error._tag}: the rest is imported later\n`)
      for (const log of logs) {
        if (_tag === 'imported' || _tag === 'ledger') tellAdded(parts, flags, log)
        for (const line of _tag === 'foreign' ? [`${log.file}: ${notYet}`] : errorsOf(log))
          sayOnce(line)
      }
    },
    summary: (paths, { events, mustWait }) => {
      const waits = mustWait.length === 0 ? '' : `; must now wait: ${mustWait.join(', ')}`
      parts.out(
        flags.json === true
          ? `${JSON.stringify({ summary: { files: paths, events, mustWait } })}\n`
          : `${events} new events of ${paths.join(', ')}${waits}\n`,
      )
    },
  }
}

const notYet = 'nothing of the Exchange MTA in it so far'

const tellAdded = (parts: CliParts, flags: LedgerOptions, log: ImportedLog): void => {
  // Each record is told of once, not with every import of the growing file.
  const { errors: _errors, ...counts } = log
  parts.out(
    flags.json === true
      ? `${JSON.stringify(counts)}\n`
      : `${log.file}: ${log.events} new events of ${log.logId ?? 'no log'}, ${log.records} records\n`,
  )
}

const errorsOf = ({ file, errors }: ImportedLog): ReadonlyArray<string> =>
  errors.map(({ record, message }) =>
    record === null ? `${file}: ${message}` : `${file}: record ${record}: ${message}`,
  )
