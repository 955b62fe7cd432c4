import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { auditLedger } from '../application/audit'
import type { AuditReport } from '../application/audit-report'
import { importFiles, type ImportRun } from '../application/import-files'
import { isZoneAssumed } from '../application/import-log-outcome'
import type { ImportParts } from '../application/import-parts'
import type { EventStore } from '../ports/event-store'
import { auditDocument } from './audit-documents'
import {
  auditOutputs,
  parseAuditFlags,
  type AuditFailOn,
  type AuditFlags,
  type AuditRun,
} from './audit-options'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { parseImportOptions, type LogFlags } from './import-options'
import { importProgress } from './import-progress'
import { withLogOptions } from './import'
import { knownLink } from './name-link'
import { readFailure } from './read-failure'
import { reportResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'

/** What `audit` needs besides the ledger: a throw-away one for files, and the time it is asked at. */
export type AuditHost = {
  readonly scratch: () => ImportParts
  readonly now: () => string
}

type Flags = LedgerOptions & LogFlags & AuditFlags

/** `audit`: verdicts over the ledger, or over log files in a throw-away one. */
export const auditCommand = (
  parts: CliParts,
  host: AuditHost,
  exit: (code: ExitCode) => void,
): Command =>
  withAuditOptions(
    withLogOptions(
      withLedgerOptions(
        new Command('audit')
          .description('was the Open Interval kept? of the ledger, or of log files')
          .argument('[path...]', 'log files, or folders of them (default: the ledger)'),
      ),
    ),
  )
    .addHelpText(
      'before',
      'Examples:\n  open-interval audit\n  open-interval audit application.txt --log-tz -05:00\n' +
        '  open-interval audit logs/ --one-dialer --output html > audit.html\n' +
        '  open-interval audit --link isp --from 2026-01-01 --fail-on broken,nothing\n',
    )
    .action(async (paths: ReadonlyArray<string>, flags: Flags) => {
      exit(reportResult(parts, await runAudit({ parts, host }, paths, flags)))
    })

const withAuditOptions = (command: Command): Command =>
  command
    .option('--link <link>', 'only this link')
    .option('--from <time>', 'only dials from this time with its zone, or this day in UTC, on')
    .option(
      '--to <time>',
      'only dials up to this time with its zone, or to the end of this day in UTC',
    )
    .option('--open-interval <seconds>', 'judge by this interval instead of any policy')
    .option('--one-dialer', 'the logs of all computers are about one dialer')
    .option('--fail-on <what>', 'exit 1 on broken, cannot-tell or nothing', 'broken')
    .option('--output <form>', `${auditOutputs.join(', ')} (default: table)`)
    .option('--tz <zone>', 'show times in this zone (default: UTC)')

type Around = { readonly parts: CliParts; readonly host: AuditHost }

const runAudit = async (
  around: Around,
  paths: ReadonlyArray<string>,
  flags: Flags,
): Promise<CommandResult> => {
  const run = parseAuditFlags(flags)
  if (E.isLeft(run)) return run
  if (paths.length > 0) return auditFiles(around, { paths, flags, run: run.right })
  return withLedger(around.parts, { store: flags.store, access: 'read' }, async (ledger) => {
    const link =
      flags.link === undefined
        ? E.right(null)
        : await knownLink(ledger, flags.link, { unknown: false })
    if (E.isLeft(link)) return link
    return printed(around, run.right, ledger.parts.store)
  })
}

type FileAudit = {
  readonly paths: ReadonlyArray<string>
  readonly flags: Flags
  readonly run: AuditRun
}

const auditFiles = async (
  around: Around,
  { paths, flags, run }: FileAudit,
): Promise<CommandResult> => {
  // The link is a filter here; an import would put all evidence on it.
  const { link: _link, ...logFlags } = flags
  const options = parseImportOptions(logFlags)
  if (E.isLeft(options)) return options
  const { parts } = around
  const scratch = around.host.scratch()
  const progress = importProgress(parts.isTerminal)
  const imported = await importFiles(scratch, { paths, options: options.right, progress })
  progress.stop()
  for (const line of importRemarks(imported, flags)) parts.err(`open-interval: ${line}\n`)
  const unknown = await unknownLink(scratch.store, run)
  if (unknown !== null) return E.left(unknown)
  const result = await printed(around, { ...run, files: imported.logs }, scratch.store)
  return imported._tag === 'ok' || E.isLeft(result) ? result : E.left(badInput(imported))
}

const importRemarks = (imported: ImportRun, flags: Flags): ReadonlyArray<string> => [
  ...imported.notes,
  ...imported.logs.flatMap(({ file, errors }) =>
    errors.flatMap(({ record, offset, message }) =>
      record === null
        ? []
        : [`${file}: record ${record}${offset === null ? '' : ` at byte ${offset}`}: ${message}`],
    ),
  ),
  ...(flags.logTz === undefined && imported._tag === 'ok' && imported.logs.some(isZoneAssumed)
    ? ['the times of the log are taken for UTC; state their offset with --log-tz']
    : []),
]

const unknownLink = async (store: EventStore, run: AuditRun): Promise<CliFailure | null> => {
  const { link } = run.options
  if (link === null) return null
  const streams = await store.streams('link')()
  const isKnown = E.isRight(streams) && streams.right.some((one) => one === `link-${link}`)
  return isKnown ? null : cliFailure(exitCodes.badInput, `the logs name no link '${link}'`)
}

const badInput = ({ logs }: ImportRun): CliFailure => {
  const errors = logs.flatMap(({ file, errors: found }) =>
    found.filter(({ record }) => record === null).map(({ message }) => `${file}: ${message}`),
  )
  return cliFailure(
    exitCodes.badInput,
    errors.length === 0 ? 'no log was found' : errors.join('\n'),
  )
}

/** `files`: what became of each file that was read, as `import --json` tells it. */
type PrintedRun = AuditRun & { readonly files?: ImportRun['logs'] }

const printed = async (
  { parts, host }: Around,
  run: PrintedRun,
  store: EventStore,
): Promise<CommandResult> => {
  const report = await auditLedger(store, { ...run.options, asOf: host.now() })
  if (E.isLeft(report)) return E.left(readFailure(report.left))
  const document = run.files === undefined ? report.right : { ...report.right, files: run.files }
  parts.out(auditDocument(document, run.output, run.showTime))
  return E.right(isFailing(report.right, run.failOn) ? exitCodes.found : exitCodes.ok)
}

const isFailing = ({ totals }: AuditReport, failOn: ReadonlyArray<AuditFailOn>): boolean =>
  failOn.some((what) => {
    switch (what) {
      case 'broken':
        return totals.broken > 0
      case 'cannot-tell':
        return totals.cannotTell > 0
      case 'nothing':
        return totals.dials === 0
    }
  })
