import { Command } from 'commander'
import type { CliParts } from './cli-parts'
import { runChange, withChangeOptions, type ChangeOptions } from './change-command'
import type { ExitCode } from './exit-codes'
import { reportResult } from './run-command'

/** `hold`: nobody dials a link until a person releases it. */
export const holdCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withChangeOptions(
    new Command('hold')
      .description('refuse every dial of a link until `release`')
      .argument('<link>', 'the link')
      .addHelpText(
        'before',
        'Examples:\n  open-interval hold isp --reason "provider asked us to wait"\n',
      ),
  ).action(async (link: string, options: ChangeOptions) => {
    const result = await runChange(parts, options, {
      link,
      command: { type: 'HoldLink', reason: options.reason },
      done: (id) => `${id}: held; lift it with: open-interval release ${id} --reason ...`,
    })
    exit(reportResult(parts, result))
  })
