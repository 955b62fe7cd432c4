import * as E from 'fp-ts/Either'
import type { CliFailure, CliLedger, CliParts, LedgerAccess } from './cli-parts'
import type { ExitCode } from './exit-codes'

/** Options that every command on a ledger has. */
export type LedgerOptions = { readonly store?: string; readonly json?: boolean }

/** What a command came to: an exit code, or a failure to print. */
export type CommandResult = E.Either<CliFailure, ExitCode>

/** Prints a failure and gives its exit code; on success gives the command's own. */
export const reportResult = (parts: CliParts, result: CommandResult): ExitCode => {
  if (E.isRight(result)) return result.right
  parts.err(`open-interval: ${result.left.message}\n`)
  return result.left.exitCode
}

/** Opens the ledger, says what there is to say about it, runs the command and closes it again. */
export const withLedger = async (
  parts: CliParts,
  open: { readonly store: string | undefined; readonly access: LedgerAccess },
  command: (ledger: CliLedger) => Promise<CommandResult>,
): Promise<CommandResult> => {
  const opened = await parts.openLedger(open.store, open.access)
  if (E.isLeft(opened)) return opened
  const ledger = opened.right
  for (const note of ledger.notes) parts.err(`open-interval: ${note}\n`)
  try {
    return await command(ledger)
  } finally {
    await ledger.close()
  }
}

/** Prints a document as JSON, or as the text that a person reads. */
export const printResult = (
  parts: CliParts,
  options: { readonly json?: boolean },
  result: { readonly json: unknown; readonly text: string },
): void => {
  parts.out(options.json === true ? `${JSON.stringify(result.json)}\n` : result.text)
}
