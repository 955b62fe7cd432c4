import * as E from 'fp-ts/Either'
import type { Command } from 'commander'
import { changeSitePolicy, type SiteChange } from '../application/change-site-policy'
import { actingAs, failureOf, type ChangeOptions } from './change-command'
import { cliFailure, type CliFailure, type CliParts } from './cli-parts'
import { exitCodes } from './exit-codes'
import { printResult, withLedger, type CommandResult } from './run-command'

/** The option of a command that changes one link, or all of them at once. */
export type AllOption = { readonly all?: boolean }

/** Adds `--all` to a command on a link. */
export const withAllOption = (command: Command, does: string): Command =>
  command.option('--all', does)

/** The link that a command is to change; null: all of them. One of the two must be named. */
export const allOrLink = (
  command: string,
  link: string | undefined,
  { all }: AllOption,
): E.Either<CliFailure, string | null> => {
  if (link !== undefined && all === true) {
    return E.left(cliFailure(exitCodes.usage, `${command} takes a link or --all, not both`))
  }
  if (link !== undefined) return E.right(link)
  return all === true
    ? E.right(null)
    : E.left(cliFailure(exitCodes.usage, `${command} takes a link, or --all`))
}

/** Carries out a change of every link at once that a person asked for, and says so. */
export const changeSite = (
  parts: CliParts,
  options: ChangeOptions,
  { change, done }: { readonly change: SiteChange; readonly done: string },
): Promise<CommandResult> =>
  withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const revision = await changeSitePolicy(actingAs(ledger, options.by), change)()
    if (E.isLeft(revision)) return E.left(failureOf(revision.left))
    printResult(parts, options, {
      json: { link: null, events: [change.type], revision: revision.right.toString() },
      text: `${done}\n`,
    })
    return E.right(exitCodes.ok)
  })
