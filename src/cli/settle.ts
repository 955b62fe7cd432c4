import * as E from 'fp-ts/Either'
import { Command, Option } from 'commander'
import type { DialingCommand } from '../../domain/dialing'
import { changeLink } from '../application/change-link'
import { isSettleOutcome, settleFacts } from '../application/settle-facts'
import { failureOf, withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { linkNamed } from './name-link'
import { printResult, reportResult, withLedger, type LedgerOptions } from './run-command'

type SettleOptions = LedgerOptions & { readonly attempt: string; readonly code?: string }

/** `settle`: how an attempt that `grant` permitted went. */
export const settleCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withLedgerOptions(
    new Command('settle')
      .description('say how a granted dial went; unsettled, it is abandoned at its dial timeout')
      .argument('<link>', 'the link')
      .argument('<outcome>', 'up, down (ended normally), failed, or not-started')
      .addOption(
        new Option('--attempt <id>', 'the attempt that `grant` printed').makeOptionMandatory(),
      )
      .option('--code <number>', "the dialer's error code")
      .addHelpText(
        'before',
        'Examples:\n  open-interval settle isp --attempt "$id" up\n' +
          '  open-interval settle isp --attempt "$id" failed --code 629\n',
      ),
  ).action(async (link: string, outcome: string, options: SettleOptions) => {
    exit(reportResult(parts, await settle(parts, { link, outcome }, options)))
  })

const settle = async (
  parts: CliParts,
  asked: { readonly link: string; readonly outcome: string },
  options: SettleOptions,
) => {
  const link = linkNamed(asked.link)
  if (E.isLeft(link)) return link
  const command = commandOf(asked.outcome, options)
  if (E.isLeft(command)) return command
  return withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const change = {
      command: command.right,
      occurred: null,
      stated: null,
      source: 'record' as const,
    }
    const changed = await changeLink(ledger.parts, change)(link.right)()
    if (E.isLeft(changed)) return E.left(failureOf(changed.left))
    const events = changed.right.events.map((event) => event.type)
    printResult(parts, options, {
      json: { link: link.right, attempt: options.attempt, events },
      text: `${link.right}: ${settledText(events)}\n`,
    })
    return E.right(exitCodes.ok)
  })
}

const changing: ReadonlySet<string> = new Set([
  'AssociationOpened',
  'AssociationEnded',
  'ConnectionOpenFailed',
  'DialNotStarted',
])

/** A settled attempt stays as it was settled: a failure that is told of it later is more evidence. */
const settledText = (events: ReadonlyArray<string>): string => {
  if (events.length === 0) return 'recorded before'
  return events.some((type) => changing.has(type))
    ? events.join(', ')
    : `settled before; recorded as evidence, which extends its window: ${events.join(', ')}`
}

const commandOf = (
  outcome: string,
  options: SettleOptions,
): E.Either<CliFailure, DialingCommand & { readonly type: 'RecordEvidence' }> => {
  if (!isSettleOutcome(outcome)) {
    const takes = Object.keys(settleFacts).join(', ')
    return E.left(cliFailure(exitCodes.usage, `settle takes ${takes}, not '${outcome}'`))
  }
  const code = parseCode(options.code)
  if (E.isLeft(code)) return code
  const { attempt } = options
  return E.right({ type: 'RecordEvidence', attempt, fact: settleFacts[outcome], code: code.right })
}

/** The whole number that `--code` gives; null when it was not given. */
export const parseCode = (text: string | undefined): E.Either<CliFailure, number | null> => {
  if (text === undefined) return E.right(null)
  const code = Number(text)
  return /^-?\d+$/u.test(text) && Number.isSafeInteger(code)
    ? E.right(code)
    : E.left(cliFailure(exitCodes.usage, `--code takes a whole number, not '${text}'`))
}
