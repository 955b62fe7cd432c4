import type * as E from 'fp-ts/Either'
import type { LedgerParts } from '../application/ledger-parts'
import type { IsLocked } from '../application/status-row'
import type { Liveness } from '../ports/liveness'
import type { ExitCode } from './exit-codes'

/** Why a command ends without its result: what to print, and what to exit with. */
export type CliFailure = { readonly exitCode: ExitCode; readonly message: string }

/** A ledger that a command works on. */
export type CliLedger = {
  /** The store as the user would name it: `sqlite:<path>`, or a server's address without password. */
  readonly store: string
  /** What opens it again, the password included: for the dialer's environment, never to be shown. */
  readonly address: string
  readonly ledgerId: string
  /** Folder for what belongs to the ledger on this host, such as the links' locks. */
  readonly locksFolder: string
  /** The file of the views of this ledger on this host. */
  readonly viewsFile: string
  /** What the user should know, such as that a private copy is read. */
  readonly notes: ReadonlyArray<string>
  readonly parts: LedgerParts
  readonly liveness: Liveness
  /** Whether somebody else certainly has a link's lock. */
  readonly isLocked: IsLocked
  readonly close: () => Promise<void>
}

/** How a ledger is opened: commands that only read work on read-only media too. */
export type LedgerAccess = 'read' | 'write'

/** What every command gets from outside, so that tests can run it without a process. */
export type CliParts = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly isTerminal: boolean
  readonly openLedger: (
    store: string | undefined,
    access: LedgerAccess,
  ) => Promise<E.Either<CliFailure, CliLedger>>
}

/** A failure of a command. */
export const cliFailure = (exitCode: ExitCode, message: string): CliFailure => ({
  exitCode,
  message,
})
