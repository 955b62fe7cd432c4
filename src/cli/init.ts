import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { CliFailure, CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { withLedgerOptions } from './change-command'
import { printResult, reportResult, type LedgerOptions } from './run-command'

/** A ledger that is there now, and whether it was made just now. */
export type InitializedLedger = {
  readonly store: string
  readonly ledgerId: string
  readonly created: boolean
}

/** Creates the ledger that a store option names, or finds it there. */
export type InitLedger = (
  store: string | undefined,
) => Promise<E.Either<CliFailure, InitializedLedger>>

/** `init`: creates the ledger; the only command that does. */
export const initCommand = (
  parts: CliParts,
  initLedger: InitLedger,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('init')
      .description('create the ledger (again: nothing changes); a fresh one grants at once')
      .addHelpText(
        'before',
        'Examples:\n  open-interval init\n  open-interval init --store sqlite:/srv/ledger.db\n',
      ),
  ).action(async (options: LedgerOptions) => {
    const result = await initLedger(options.store)
    if (E.isRight(result)) {
      const { store, ledgerId, created } = result.right
      printResult(parts, options, {
        json: { store, ledgerId, created },
        text: `${created ? 'Created' : 'Found'} ledger ${ledgerId} at ${store}\n`,
      })
    }
    exit(reportResult(parts, E.isLeft(result) ? result : E.right(exitCodes.ok)))
  })
