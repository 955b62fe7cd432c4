import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { importFiles, type ImportRun } from '../application/import-files'
import { isZoneAssumed } from '../application/import-log-outcome'
import type { ImportOptions } from '../application/import-log'
import type { ImportParts } from '../application/import-parts'
import type { AppendError } from '../ports/event-store'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { parseImportOptions, type LogFlags } from './import-options'
import { importProgress } from './import-progress'
import { importText } from './import-text'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'

/** What importing needs of this host besides the ledger. */
export type ImportHost = Pick<ImportParts, 'openSpool'>

type ImportFlags = LedgerOptions & LogFlags

/** Adds the options that say how logs are to be read. */
export const withLogOptions = (command: Command): Command =>
  command
    .option('--format <name>', 'nt-text, nt-csv, vista-text, vista-csv or evt (default: found out)')
    .option(
      '--log-tz <±HH:MM>',
      'offset from UTC that a text log was viewed in (default: UTC, assumed)',
    )
    .option('--date-order <order>', 'dmy, mdy or ymd (default: what the file itself settles)')
    .option('--encoding <name>', 'code page of the log, such as cp850 (default: found out)')
    .option('--source <name>', 'name of the log (default: its computer and log)')

/** `import`: reads logs into the ledger. */
export const importCommand = (
  parts: CliParts,
  host: ImportHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLogOptions(
    withLedgerOptions(
      new Command('import')
        .description('read logs into the ledger; what is in it already is not added again')
        .argument('<path...>', 'log files, or folders of them'),
    ),
  )
    .option('--link <name>', 'put all evidence on this link, whatever the log names')
    .option('--dry-run', 'say what would be imported, and write nothing')
    .addHelpText(
      'before',
      'Examples:\n  open-interval import application.txt --log-tz -08:00\n' +
        '  open-interval import logs/ --date-order dmy --dry-run\n' +
        '  open-interval import vista.csv --source mail1/application --json\n',
    )
    .action(async (paths: ReadonlyArray<string>, flags: ImportFlags) => {
      exit(reportResult(parts, await runImport({ parts, host }, paths, flags)))
    })

type Around = { readonly parts: CliParts; readonly host: ImportHost }

const runImport = async (
  { parts, host }: Around,
  paths: ReadonlyArray<string>,
  flags: ImportFlags,
): Promise<CommandResult> => {
  const options = parseImportOptions(flags)
  if (E.isLeft(options)) return options
  const access = options.right.isDryRun ? 'read' : 'write'
  return withLedger(parts, { store: flags.store, access }, async (ledger) => {
    const run = await importInto({ parts, host }, ledger, { paths, options: options.right })
    const json = { files: run.logs, mustWait: run.mustWait, notes: notesOf(run, flags) }
    const text = importText({ ...run, notes: json.notes }, options.right.isDryRun)
    printResult(parts, flags, { json, text })
    return resultOf(run)
  })
}

const notesOf = (run: ImportRun, flags: LogFlags): ReadonlyArray<string> =>
  flags.logTz === undefined && run.logs.some(isZoneAssumed)
    ? [...run.notes, 'the times of the log are taken for UTC; state their offset with --log-tz']
    : run.notes

const importInto = async (
  { parts, host }: Around,
  ledger: CliLedger,
  { paths, options }: { readonly paths: ReadonlyArray<string>; readonly options: ImportOptions },
): Promise<ImportRun> => {
  const progress = importProgress(parts.isTerminal)
  try {
    return await importFiles({ ...ledger.parts, ...host }, { paths, options, progress })
  } finally {
    progress.stop()
  }
}

const resultOf = (run: ImportRun): CommandResult => {
  if (run._tag === 'ok') return E.right(exitCodes.ok)
  if (run.error !== null) return E.left(ledgerFailure(run.error))
  return E.left(badInput(run))
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

const ledgerFailure = (error: AppendError): CliFailure => {
  const again = 'not everything was imported; run the same import again to complete it'
  switch (error._tag) {
    case 'Denied':
      return cliFailure(exitCodes.personMustAct, `${error.why}; ${again}`)
    case 'TooLarge':
      return cliFailure(exitCodes.badInput, `an event has ${error.bytes} bytes; ${again}`)
    case 'InvalidEvent':
      return cliFailure(exitCodes.badInput, `${error.why}; ${again}`)
    case 'Conflict':
      return cliFailure(exitCodes.unavailable, `somebody else keeps writing; ${again}`)
    case 'Unavailable':
    case 'UnknownOutcome':
    case 'Corrupt':
      return cliFailure(exitCodes.unavailable, `${error.why}; ${again}`)
  }
}
