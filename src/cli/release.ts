import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { cliFailure, type CliParts } from './cli-parts'
import { runChange, withChangeOptions, type ChangeOptions } from './change-command'
import { exitCodes, type ExitCode } from './exit-codes'
import { reportResult } from './run-command'

type ReleaseOptions = ChangeOptions & { readonly past?: string }

/** `release`: lifts a hold, zeroes the failure count, accepts what cannot be read (R7, R16). */
export const releaseCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withChangeOptions(
    new Command('release')
      .description('lift a hold or an exhaustion; windows stay open, a connected link has ended')
      .argument('<link>', 'the link')
      .option('--past <revision>', 'accept unreadable events up to this revision')
      .addHelpText(
        'before',
        'Examples:\n  open-interval release isp --reason "line tested"\n' +
          '  open-interval release isp --past 17 --reason "disk repaired"\n',
      ),
  ).action(async (link: string, options: ReleaseOptions) => {
    exit(reportResult(parts, await release(parts, link, options)))
  })

const release = async (parts: CliParts, link: string, options: ReleaseOptions) => {
  const { past } = options
  if (past !== undefined && !/^\d{1,18}$/u.test(past)) {
    return E.left(cliFailure(exitCodes.usage, `--past takes a revision, not '${past}'`))
  }
  return runChange(parts, options, {
    link,
    command: {
      type: 'ReleaseLink',
      reason: options.reason,
      past: past === undefined ? null : BigInt(past),
    },
    done: (id) => `${id}: released; its open windows stay open`,
  })
}
