import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { siteLedgerStream } from '../../domain/events'
import { copyLedger } from '../application/copy-ledger'
import { eventAt } from '../application/event-at'
import type { CopyTarget } from '../ports/copy-target'
import type { RecordedEvent } from '../ports/event-store'
import { actingAs } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { copyFailure } from './copy-failure'
import { copyProgress } from './copy-progress'
import { copyText, type CopyReport } from './copy-text'
import { exitCodes, type ExitCode } from './exit-codes'
import { readFailure } from './read-failure'
import { printResult, reportResult, withLedger, type CommandResult } from './run-command'

/** A target as the user would name it. */
export type NamedTarget = CopyTarget & { readonly name: string }

/** Opens what a ledger is to be copied into; `created` is the event that the ledger begins with. */
export type OpenCopyTarget = (
  to: string,
  origin: { readonly ledgerId: string; readonly created: RecordedEvent },
) => Promise<E.Either<CliFailure, NamedTarget>>

type CopyOptions = {
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly by?: string
  readonly json?: boolean
}

const whatHappens = `
Every link of the source is held first, new ones too, and the hold is copied: until a person releases
one of the two ledgers, neither grants. Release the target, never both. What was copied is kept when the
command is stopped or fails: the same command goes on. The target becomes a ledger only once both sides were
compared from the first event to the last.
`

/** `copy`: moves a ledger to another store, so that never both of them grant. */
export const copyCommand = (
  parts: CliParts,
  openTarget: OpenCopyTarget,
  exit: (code: ExitCode) => void,
): Command =>
  new Command('copy')
    .description('hold a ledger and copy it to another store, byte for byte')
    .requiredOption('--from <store>', 'the ledger to copy: it is held')
    .requiredOption('--to <store>', 'where to: a file that is not there yet, or an unfinished copy')
    .requiredOption('--reason <text>', 'why: it is recorded with the hold')
    .option('--by <name>', 'who: it is recorded (default: who called)')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'before',
      'Examples:\n  open-interval copy --from sqlite:/old/ledger.db --to sqlite:/new/ledger.db --reason "new disk"\n' +
        '  open-interval release --all --store sqlite:/new/ledger.db --reason "moved"\n' +
        "  open-interval copy --from sqlite:/old/ledger.db --to 'esdb://host:2113?tls=false' --reason cluster\n",
    )
    .addHelpText('after', whatHappens)
    .action(async (options: CopyOptions) => {
      exit(reportResult(parts, await copy(parts, openTarget, options)))
    })

const copy = (
  parts: CliParts,
  openTarget: OpenCopyTarget,
  options: CopyOptions,
): Promise<CommandResult> =>
  withLedger(parts, { store: options.from, access: 'write' }, async (ledger) => {
    const created = await eventAt(ledger.parts.store, { stream: siteLedgerStream, revision: 0n })
    if (E.isLeft(created)) return E.left(readFailure(created.left))
    if (created.right === undefined) {
      return E.left(cliFailure(exitCodes.unavailable, `${ledger.store}: it does not begin`))
    }
    const { ledgerId } = ledger
    const target = await openTarget(options.to, { ledgerId, created: created.right })
    if (E.isLeft(target)) return target
    try {
      return await copyTo(parts, options, { ledger, target: target.right })
    } finally {
      await target.right.close()
    }
  })

const copyTo = async (
  parts: CliParts,
  options: CopyOptions,
  { ledger, target }: { readonly ledger: CliLedger; readonly target: NamedTarget },
): Promise<CommandResult> => {
  if (target.name === ledger.store) {
    return E.left(cliFailure(exitCodes.usage, '--from and --to name the same ledger'))
  }
  const progress = copyProgress(parts.isTerminal)
  const copied = await copyLedger({
    source: actingAs(ledger, options.by),
    target,
    reason: options.reason,
    onProgress: progress.onProgress,
    onSettling: (waitCs) => {
      const sec = Math.ceil(waitCs / 100)
      parts.err(`open-interval: waiting ${sec} s for dials that began before the hold\n`)
    },
  }).finally(progress.stop)
  if (E.isLeft(copied))
    return E.left(copyFailure(copied.left, { from: ledger.store, to: target.name }))
  const report: CopyReport = {
    from: ledger.store,
    to: target.name,
    ledgerId: ledger.ledgerId,
    ...copied.right,
  }
  printResult(parts, options, { json: report, text: copyText(report) })
  return E.right(exitCodes.ok)
}
