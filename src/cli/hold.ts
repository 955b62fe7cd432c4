import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { allOrLink, changeSite, withAllOption, type AllOption } from './change-site'
import type { CliParts } from './cli-parts'
import { runChange, withChangeOptions, type ChangeOptions } from './change-command'
import type { ExitCode } from './exit-codes'
import { reportResult, type CommandResult } from './run-command'

/** `hold`: nobody dials a link, or any link of the ledger, until a person releases it. */
export const holdCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withAllOption(
    withChangeOptions(
      new Command('hold')
        .description('refuse every dial of a link, or of all links, until `release`')
        .argument('[link]', 'the link; none with --all')
        .addHelpText(
          'before',
          'Examples:\n  open-interval hold isp --reason "provider asked us to wait"\n' +
            '  open-interval hold --all --reason "moving to another machine"\n',
        ),
    ),
    'hold the whole ledger: known links and new ones',
  ).action(async (link: string | undefined, options: ChangeOptions & AllOption) => {
    exit(reportResult(parts, await hold(parts, link, options)))
  })

const hold = (
  parts: CliParts,
  link: string | undefined,
  options: ChangeOptions & AllOption,
): Promise<CommandResult> => {
  const target = allOrLink('hold', link, options)
  if (E.isLeft(target)) return Promise.resolve(target)
  return target.right === null
    ? changeSite(parts, options, {
        change: { type: 'LinkHeld', data: { reason: options.reason }, idFrom: 'random' },
        done: 'every link is held; lift it with: open-interval release --all --reason ...',
      })
    : runChange(parts, options, {
        link: target.right,
        command: { type: 'HoldLink', reason: options.reason },
        done: (id) => `${id}: held; lift it with: open-interval release ${id} --reason ...`,
      })
}
