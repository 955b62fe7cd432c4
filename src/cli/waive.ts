import { Command } from 'commander'
import type { CliParts } from './cli-parts'
import { runChange, withChangeOptions, type ChangeOptions } from './change-command'
import type { ExitCode } from './exit-codes'
import { reportResult } from './run-command'

/** `waive`: lets a link be dialed although one named window is open (R12). */
export const waiveCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withChangeOptions(
    new Command('waive')
      .description(
        'let a link be dialed although its retry window is open; the audit lists the dial',
      )
      .argument('<link>', 'the link')
      .option('--window <id>', 'the window (default: the newest that is open)')
      .addHelpText('before', 'Examples:\n  open-interval waive isp --reason "cable replaced"\n'),
  ).action(async (link: string, options: ChangeOptions & { readonly window?: string }) => {
    const result = await runChange(parts, options, {
      link,
      command: {
        type: 'WaiveWindow',
        windowId: options.window ?? null,
        reason: options.reason,
      },
      done: (id) => `${id}: the open window is waived; the next episode is not`,
    })
    exit(reportResult(parts, result))
  })
