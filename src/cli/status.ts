import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { LinkId } from '../../domain/link-id'
import { observeLink, statusRow, type StatusRow } from '../application/status-row'
import { withLedgerOptions } from './change-command'
import type { CliFailure, CliLedger, CliParts } from './cli-parts'
import { displayTime, withDisplayTime, type DisplayOptions, type DisplayTime } from './display-time'
import { exitCodes, type ExitCode } from './exit-codes'
import { failingRows, parseFailOn, type FailOn } from './fail-on'
import { knownLink, linksKnown } from './name-link'
import { prometheusText } from './prometheus-text'
import { readFailure } from './read-failure'
import { reportResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'
import { statusTable } from './status-table'

type StatusOptions = LedgerOptions &
  DisplayOptions & {
    readonly watch?: boolean
    readonly failOn?: string
    readonly prometheus?: boolean
  }

const watchEveryMs = 1000

/** `status`: phase, window and countdown of one link or of all. */
export const statusCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withDisplayTime(
    withLedgerOptions(
      new Command('status')
        .description('phase, window and countdown of one link or of all')
        .argument('[link]', 'the link (default: all)')
        .option('--watch', 'print again every second')
        .option(
          '--fail-on <what>',
          'exit 1 if a link is exhausted, held, unreadable, or down>TIME (such as down>1h)',
        )
        .option('--prometheus', 'print in the Prometheus text format')
        .addHelpText(
          'before',
          'Examples:\n  open-interval status\n  open-interval status isp --json\n' +
            '  open-interval status --fail-on exhausted,held,unreadable,"down>1h"\n',
        ),
    ),
  ).action(async (link: string | undefined, options: StatusOptions) => {
    exit(reportResult(parts, await status(parts, link, options)))
  })

const status = async (
  parts: CliParts,
  link: string | undefined,
  options: StatusOptions,
): Promise<CommandResult> => {
  const failOn = parseFailOn(options.failOn)
  if (E.isLeft(failOn)) return failOn
  const show = displayTime(options)
  if (E.isLeft(show)) return show
  return withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    for (;;) {
      const rows = await statusRows(ledger, link)
      if (E.isLeft(rows)) return rows
      parts.out(textOf(ledger, { ...options, show: show.right }, rows.right))
      if (options.watch !== true) return E.right(exitOf(parts, failOn.right, rows.right))
      await ledger.parts.sleepMs(watchEveryMs)
    }
  })
}

const statusRows = async (
  ledger: CliLedger,
  name: string | undefined,
): Promise<E.Either<CliFailure, ReadonlyArray<StatusRow>>> => {
  const links = name === undefined ? await linksKnown(ledger) : await onlyLink(ledger, name)
  if (E.isLeft(links)) return links
  const rows: StatusRow[] = []
  for (const link of links.right) {
    const observed = await observeLink(ledger.parts, link)()
    if (E.isLeft(observed)) return E.left(readFailure(observed.left))
    rows.push(statusRow(ledger.parts, link, observed.right).row)
  }
  return E.right(rows)
}

const onlyLink = async (
  ledger: CliLedger,
  name: string,
): Promise<E.Either<CliFailure, ReadonlyArray<LinkId>>> => {
  const link = await knownLink(ledger, name, { unknown: false })
  return E.isLeft(link) ? link : E.right([link.right])
}

const textOf = (
  ledger: CliLedger,
  options: StatusOptions & { readonly show: DisplayTime },
  rows: ReadonlyArray<StatusRow>,
): string => {
  if (options.prometheus === true) return prometheusText(rows)
  return options.json === true
    ? `${JSON.stringify({ store: ledger.store, ledgerId: ledger.ledgerId, links: rows })}\n`
    : statusTable(rows, options.show)
}

const exitOf = (
  parts: CliParts,
  failOn: ReadonlyArray<FailOn>,
  rows: ReadonlyArray<StatusRow>,
): ExitCode => {
  const failing = failingRows(rows, failOn, Date.now())
  for (const { row, because } of failing) parts.err(`open-interval: ${row.link}: ${because}\n`)
  return failing.length === 0 ? exitCodes.ok : exitCodes.found
}
