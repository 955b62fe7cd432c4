import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { LinkId } from '../../domain/link-id'
import { wallMsOf, type ClockReading } from '../../domain/time'
import { observeLink, statusRow, type StatusRow } from '../application/status-row'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { displayTime, withDisplayTime, type DisplayOptions, type DisplayTime } from './display-time'
import { exitCodes, type ExitCode } from './exit-codes'
import { failingRows, parseFailOn, type FailOn } from './fail-on'
import { knownLink, linksKnown } from './name-link'
import { prometheusText } from './prometheus-text'
import { readFailure } from './read-failure'
import { reportResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'
import { statusTable } from './status-table'
import { watchStatus, type WatchHost } from './status-watch'

type StatusOptions = LedgerOptions &
  DisplayOptions & {
    readonly watch?: boolean
    readonly failOn?: string
    readonly prometheus?: boolean
  }

const onWatching = `
--watch tells how every link stands and then each change of a phase: on a terminal in a table that is
drawn in place, else in a line, with --json in an object with link, from (null at first), to, at (when it was
seen) and row (as status --json has it). It wakes when something is appended and when a countdown ends;
a phase that begins and ends between two looks is not told: events --follow tells everything.

--fail-on exits 1 if any link is exhausted, held or unreadable, or has been down for longer than a time
in s, m, h or d. Put it in quotes, or the shell takes > for itself.
`

/** `status`: phase, window and countdown of one link or of all. */
export const statusCommand = (
  parts: CliParts & WatchHost,
  exit: (code: ExitCode) => void,
): Command =>
  withDisplayTime(
    withLedgerOptions(
      new Command('status')
        .description('phase, window and countdown of one link or of all')
        .argument('[link]', 'the link (default: all)')
        .option('--watch', 'go on with what changes, until a signal ends it')
        .option(
          '--fail-on <what>',
          'exit 1 if a link is exhausted, held, unreadable, or down>TIME (such as down>1h)',
        )
        .option('--prometheus', 'print in the Prometheus text format')
        .addHelpText(
          'before',
          'Examples:\n  open-interval status\n  open-interval status isp --json\n' +
            '  open-interval status --watch --json >>phases.ndjson\n' +
            "  open-interval status --fail-on 'exhausted,held,unreadable,down>1h'\n",
        )
        .addHelpText('after', onWatching),
    ),
  ).action(async (link: string | undefined, options: StatusOptions) => {
    exit(reportResult(parts, await status(parts, link, options)))
  })

const status = async (
  parts: CliParts & WatchHost,
  link: string | undefined,
  options: StatusOptions,
): Promise<CommandResult> => {
  const unfit = unfitOptions(options)
  if (unfit !== null) return E.left(cliFailure(exitCodes.usage, unfit))
  const failOn = options.failOn === undefined ? E.right([]) : parseFailOn(options.failOn)
  if (E.isLeft(failOn)) return failOn
  const show = displayTime(options)
  if (E.isLeft(show)) return show
  return withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    const links = link === undefined ? E.right(null) : await onlyLink(ledger, link)
    if (E.isLeft(links)) return links
    if (options.watch === true) {
      const [only = null] = links.right ?? []
      const json = options.json === true
      return watchStatus(parts, ledger, { link: only, json, show: show.right })
    }
    const rows = await statusRows(ledger, links.right)
    if (E.isLeft(rows)) return rows
    parts.out(textOf(ledger, { ...options, show: show.right }, rows.right))
    return E.right(
      exitOf(parts, rows.right, { failOn: failOn.right, now: ledger.parts.clock.read() }),
    )
  })
}

const unfitOptions = ({ watch, failOn, prometheus, json }: StatusOptions): string | null => {
  if (watch === true && failOn !== undefined)
    return '--fail-on ends, --watch goes on: leave one out'
  if (watch === true && prometheus === true)
    return '--prometheus ends, --watch goes on: leave one out'
  return prometheus === true && json === true ? '--prometheus is no JSON: leave one out' : null
}

const statusRows = async (
  ledger: CliLedger,
  only: ReadonlyArray<LinkId> | null,
): Promise<E.Either<CliFailure, ReadonlyArray<StatusRow>>> => {
  const links = only === null ? await linksKnown(ledger) : E.right(only)
  if (E.isLeft(links)) return links
  const rows: StatusRow[] = []
  for (const link of links.right) {
    const observed = await observeLink(ledger.parts, link, ledger.isLocked)()
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

type Alert = { readonly failOn: ReadonlyArray<FailOn>; readonly now: ClockReading }

const exitOf = (
  parts: CliParts,
  rows: ReadonlyArray<StatusRow>,
  { failOn, now }: Alert,
): ExitCode => {
  const failing = failingRows(rows, failOn, wallMsOf(now))
  for (const { row, because } of failing) parts.err(`open-interval: ${row.link}: ${because}\n`)
  return failing.length === 0 ? exitCodes.ok : exitCodes.found
}
