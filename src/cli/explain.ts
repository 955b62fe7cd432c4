import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { LinkId } from '../../domain/link-id'
import type { OpenWindow } from '../../domain/link-status'
import { loadLink } from '../application/load-link'
import { explainAt, type EarlierLink } from '../application/explain-at'
import type { LedgerParts } from '../application/ledger-parts'
import type { ReadError } from '../ports/event-store'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { knownLink } from './name-link'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import { statusRow, type StatusRow } from './status-row'

type ExplainOptions = LedgerOptions & { readonly at?: string }

/** `explain`: the chain of events behind "why not now", and what would allow a dial. */
export const explainCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withLedgerOptions(
    new Command('explain')
      .description('why a link may not be dialed, on what evidence, and what would allow it')
      .argument('<link>', 'the link')
      .option('--at <time>', 'as of an earlier time, ISO 8601')
      .addHelpText(
        'before',
        'Examples:\n  open-interval explain isp\n' +
          '  open-interval explain isp --at 2026-11-22T13:10:00Z\n',
      ),
  ).action(async (link: string, options: ExplainOptions) => {
    exit(reportResult(parts, await explain(parts, link, options)))
  })

const explain = (parts: CliParts, name: string, options: ExplainOptions): Promise<CommandResult> =>
  withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    const link = await knownLink(ledger, name, { unknown: false })
    if (E.isLeft(link)) return link
    const atMs = options.at === undefined ? null : Date.parse(options.at)
    if (Number.isNaN(atMs)) {
      return E.left(cliFailure(exitCodes.usage, `--at takes an ISO 8601 time, not '${options.at}'`))
    }
    const explained = await explanationOf(ledger, link.right, atMs)
    if (E.isLeft(explained)) return explained
    printResult(parts, options, {
      json: explained.right,
      text: explanationText(explained.right),
    })
    return E.right(exitCodes.ok)
  })

type Explanation = {
  readonly link: StatusRow
  readonly asOf: string
  readonly openWindows: ReadonlyArray<Omit<OpenWindow, 'evidence'> & { readonly because: Because }>
  readonly allowedBy: ReadonlyArray<string>
}

type Because = {
  readonly id: string
  readonly revision: string
  readonly type: string
  readonly origin: string
  readonly code: number | null
  readonly at: string
}

const explanationOf = async (ledger: CliLedger, link: LinkId, atMs: number | null) => {
  const { parts } = ledger
  const loaded = await linkAsOf(parts, link, atMs)
  if (E.isLeft(loaded)) return E.left(cliFailure(exitCodes.unavailable, loaded.left.why))
  const { asked } = loaded.right
  const clock = { read: () => asked }
  const { row, status } = statusRow({ ...parts, clock }, link, loaded.right)
  const explanation: Explanation = {
    link: row,
    asOf: asked.wall,
    openWindows: status.openWindows.map(({ evidence, ...window }) => ({
      ...window,
      because: { ...evidence, revision: evidence.revision.toString() },
    })),
    allowedBy: row.deniedBy.map((denial) => remedyOf(denial.rule, link)),
  }
  return E.right(explanation)
}

const linkAsOf = async (
  parts: LedgerParts,
  link: LinkId,
  atMs: number | null,
): Promise<E.Either<ReadError, EarlierLink>> => {
  if (atMs !== null) return explainAt(parts, link, atMs)()
  const loaded = await loadLink(parts, link)()
  return E.isLeft(loaded) ? loaded : E.right({ ...loaded.right, asked: parts.clock.read() })
}

const remedyOf = (rule: string, link: LinkId): string => {
  switch (rule) {
    case 'ledger-unreadable':
      return `open-interval doctor, then open-interval release ${link} --past REVISION --reason ...`
    case 'held':
    case 'exhausted':
      return `open-interval release ${link} --reason ...`
    case 'open-interval':
    case 'short-sessions':
    case 'normal-end':
    case 'not-started':
      return `waiting; or open-interval waive ${link} --reason ...`
    case 'connected':
      return 'the end of the connection; if it is known to be gone: open-interval release'
    default:
      return 'waiting'
  }
}

const explanationText = (explanation: Explanation): string => {
  const { link, openWindows, allowedBy } = explanation
  const windows = openWindows.map(
    (window) =>
      `  window ${window.windowId}: ${window.because.type} (${window.because.origin}` +
      `${window.because.code === null ? '' : ` ${window.because.code}`}) at ${window.because.at},` +
      ` revision ${window.because.revision}: ${window.requiredSec + window.jitterSec} s wanted,` +
      ` ${window.leftSec} s left, closes ${window.closesAt}${window.waived ? ', waived' : ''}\n`,
  )
  const verdict = link.mayDial ? 'may be dialed now' : `may not be dialed (${link.phase})`
  return [
    `${link.link} ${verdict}, as of ${explanation.asOf}\n`,
    ...link.deniedBy.map(
      (denial, index) =>
        `  ${denial.rule}${denial.notBefore === null ? '' : `, not before ${denial.notBefore}`}` +
        `; allowed by ${allowedBy[index] ?? 'waiting'}\n`,
    ),
    ...windows,
    `  failures in a row: ${link.consecutiveFailures}; policy ${link.policyVersion}\n`,
  ].join('')
}
