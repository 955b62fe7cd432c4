import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { withLedgerOptions } from './change-command'
import type { CliParts } from './cli-parts'
import { displayTime, withDisplayTime, type DisplayOptions, type DisplayTime } from './display-time'
import { exitCodes, type ExitCode } from './exit-codes'
import { explanationOf, type ChainedEvent, type Explanation } from './explanation'
import { knownLink } from './name-link'
import { readFailure } from './read-failure'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import { statedTime } from './stated-time'

type ExplainOptions = LedgerOptions & DisplayOptions & { readonly at?: string }

/** `explain`: the chain of events behind "why not now", and what would allow a dial. */
export const explainCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withDisplayTime(
    withLedgerOptions(
      new Command('explain')
        .description('why a link may not be dialed, on what evidence, and what would allow it')
        .argument('<link>', 'the link')
        .option('--at <time>', 'as of an earlier time, ISO 8601 with a zone')
        .addHelpText(
          'before',
          'Examples:\n  open-interval explain isp\n' +
            '  open-interval explain isp --at 2026-11-22T13:10:00Z\n',
        ),
    ),
  ).action(async (link: string, options: ExplainOptions) => {
    exit(reportResult(parts, await explain(parts, link, options)))
  })

const explain = async (
  parts: CliParts,
  name: string,
  options: ExplainOptions,
): Promise<CommandResult> => {
  const at = statedTime('--at', options.at)
  if (E.isLeft(at)) return at
  const show = displayTime(options)
  if (E.isLeft(show)) return show
  return withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    const link = await knownLink(ledger, name, { unknown: false })
    if (E.isLeft(link)) return link
    const atMs = at.right === null ? null : Date.parse(at.right)
    const explained = await explanationOf(ledger, link.right, atMs)
    if (E.isLeft(explained)) return E.left(readFailure(explained.left))
    printResult(parts, options, {
      json: explained.right,
      text: explanationText(explained.right, show.right),
    })
    return E.right(exitCodes.ok)
  })
}

const explanationText = (explanation: Explanation, show: DisplayTime): string => {
  const { link, allowedBy, held, chain } = explanation
  const verdict = link.mayDial ? 'may be dialed' : `may not be dialed (${link.phase})`
  const holding = held === null ? '' : `  held by ${held.by} at ${show(held.at)}: ${held.reason}\n`
  return [
    `${link.link} ${verdict}, as of ${show(explanation.asOf)}\n`,
    ...link.deniedBy.map(
      ({ rule, notBefore }, index) =>
        `  ${rule}${notBefore === null ? '' : `, not before ${show(notBefore)}`}` +
        `; allowed by ${allowedBy[index] ?? 'waiting'}\n`,
    ),
    holding,
    ...windowLines(explanation, show),
    ...(chain.length === 0 ? [] : ['  because of:\n']),
    ...chain.map((event) => `    ${eventText(event, show)}\n`),
    `  failures in a row: ${link.consecutiveFailures}; policy ${link.policyVersion}\n`,
  ].join('')
}

const windowLines = ({ openWindows }: Explanation, show: DisplayTime): ReadonlyArray<string> =>
  openWindows.map(
    ({ windowId, requiredSec, jitterSec, leftSec, closesAt, waived }) =>
      `  window ${windowId}: ${requiredSec + jitterSec} s wanted, ${leftSec} s left,` +
      ` closes ${show(closesAt)}${waived ? ', waived' : ''}\n`,
  )

const eventText = (event: ChainedEvent, show: DisplayTime): string => {
  const { revision, type, at, origin, code, reason, by } = event
  const what = [type, origin, code, reason === null ? null : `"${reason}"`]
  return `${revision}  ${show(at)}  ${what.filter((it) => it !== null).join(' ')}  by ${by}`
}
