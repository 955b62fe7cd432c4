import * as E from 'fp-ts/Either'
import type { Command } from 'commander'
import { changeLink, type LinkChange, type LinkChanged } from '../application/change-link'
import type { GateError } from '../application/gate'
import type { LinkId } from '../../domain/link-id'
import type { ReadError } from '../ports/event-store'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes } from './exit-codes'
import { knownLink } from './name-link'
import { accessDenied, readFailure } from './read-failure'
import { printResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'

/** Options of a command that overrides something: it leaves a trace of who and why (R12). */
export type ChangeOptions = LedgerOptions & {
  readonly reason: string
  readonly by?: string
  readonly new?: boolean
}

/** Adds the options that every ledger command has. */
export const withLedgerOptions = (command: Command): Command =>
  command
    .option('--store <store>', 'the ledger: sqlite:<path> (default: $OPEN_INTERVAL_STORE)')
    .option('--json', 'print one JSON document')

/** Adds the options of a command that overrides something. */
export const withChangeOptions = (command: Command): Command =>
  withLedgerOptions(command)
    .requiredOption('--reason <text>', 'why: it is recorded')
    .option('--by <name>', 'who: it is recorded (default: who called)')
    .option('--new', 'allow a link that the ledger does not know yet')

/** One change of one link, and how to tell of it. */
export type RequestedChange = {
  readonly link: string
  readonly command: LinkChange['command']
  readonly done: (link: LinkId, changed: LinkChanged) => string
}

/** Carries out one change that a person asked for, and says what was recorded. */
export const runChange = (
  parts: CliParts,
  options: ChangeOptions,
  requested: RequestedChange,
): Promise<CommandResult> =>
  withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const link = await knownLink(ledger, requested.link, { unknown: options.new === true })
    if (E.isLeft(link)) return link
    const change: LinkChange = {
      command: requested.command,
      occurred: null,
      stated: null,
      source: 'record',
    }
    const changed = await changeLink(actingAs(ledger, options.by), change)(link.right)()
    if (E.isLeft(changed)) return E.left(failureOf(changed.left))
    const { events, revision } = changed.right
    printResult(parts, options, {
      json: {
        link: link.right,
        events: events.map((event) => event.type),
        revision: revision?.toString() ?? null,
      },
      text: `${requested.done(link.right, changed.right)}\n`,
    })
    return E.right(exitCodes.ok)
  })

/** The ledger's parts, with events signed by somebody else than who called. */
export const actingAs = (ledger: CliLedger, by: string | undefined) =>
  by === undefined ? ledger.parts : { ...ledger.parts, actor: by }

/** What a change that failed exits with: its ledger could not be read, or the gate says why. */
export const changeFailureOf = (error: ReadError | GateError): CliFailure => {
  switch (error._tag) {
    case 'Unavailable':
    case 'Denied':
    case 'Corrupt':
      return readFailure(error)
    default:
      return failureOf(error)
  }
}

/** What an error of the gate exits with, and what to do then. */
export const failureOf = (error: GateError): CliFailure => {
  switch (error._tag) {
    case 'Rejected':
      return cliFailure(exitCodes.badInput, error.why)
    case 'LedgerUnavailable':
      return cliFailure(
        exitCodes.unavailable,
        `${error.why}; nothing was recorded: try again, or look with: open-interval doctor`,
      )
    case 'AccessDenied':
      return accessDenied(error.why)
    case 'AppendUncertain':
      return cliFailure(
        exitCodes.unavailable,
        `${error.why}; whether it was recorded is unknown: do not dial, run the command again`,
      )
    case 'CannotPrepare':
      return cliFailure(
        exitCodes.unavailable,
        `${error.why}; nothing was granted: look with: open-interval doctor`,
      )
  }
}
