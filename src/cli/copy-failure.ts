import type { CopyError, RestlessLink } from '../application/copy-errors'
import type { AppendError } from '../ports/event-store'
import { failureOf } from './change-command'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import { accessDenied, readFailure } from './read-failure'

/** The two stores of a copy, as the user names them. */
export type CopyNames = { readonly from: string; readonly to: string }

const again = 'what was copied is kept: run the same command again to go on'

/** What a copy that failed exits with, and what to do then. */
export const copyFailure = (error: CopyError, { from, to }: CopyNames): CliFailure => {
  switch (error._tag) {
    case 'HoldFailed':
      return failureOf(error.error)
    case 'SourceFailed':
      return readFailure({ ...error.error, why: `${from}: ${error.error.why}; ${again}` })
    case 'TargetFailed':
      return targetFailure(error.error, to)
    case 'StartGone':
      return cliFailure(
        exitCodes.unavailable,
        `${from}: ${error.stream} has nothing before revision ${error.revision}: restore what is missing, then copy`,
      )
    case 'TargetDiffers':
      return cliFailure(
        exitCodes.badInput,
        `${to} is no copy of ${from}: they differ at revision ${error.revision} of ${error.stream}; ` +
          'if that one is in use now it is the ledger: else copy to a place where nothing is yet',
      )
    case 'TargetComplete':
      return cliFailure(
        exitCodes.badInput,
        `${to} is complete, and ${from} was changed since (${error.stream}, revision ${error.revision}): ` +
          'adding that could let both grant; copy to a place where nothing is yet',
      )
    case 'Released':
      return cliFailure(
        exitCodes.personMustAct,
        `${from} is released again and again (${error.streams.join(', ')}) while it is copied: find who does; ${again}`,
      )
    case 'NotAtRest':
      return cliFailure(exitCodes.refused, notAtRest(error.links, from))
    case 'NeverEnds':
      return cliFailure(
        exitCodes.unavailable,
        `${from} grows while it is copied: end imports and hooks that write to it; ${again}`,
      )
  }
}

const linksShown = 10

const notAtRest = (links: ReadonlyArray<RestlessLink>, from: string): string => {
  const shown = links
    .slice(0, linksShown)
    .map(({ link, phase, since }) => `${link} is ${phase} since ${since}`)
  const more = links.length > linksShown ? `, and ${links.length - linksShown} more` : ''
  return (
    `${shown.join(', ')}${more}: how that ends would be missing from the copy. ${from} stays held; ` +
    `end them, or say that a connected one has ended (release LINK --store ${from}), and run the same command again`
  )
}

const targetFailure = (error: AppendError, to: string): CliFailure => {
  switch (error._tag) {
    case 'Denied':
      return accessDenied(`${to}: ${error.why}`)
    case 'TooLarge':
      return cliFailure(
        exitCodes.badInput,
        `${to}: an event has ${error.bytes} bytes, ${error.bytesMax} fit`,
      )
    case 'Conflict':
      return cliFailure(
        exitCodes.badInput,
        `${to}: ${error.stream} was written by somebody else; ${again}`,
      )
    case 'InvalidEvent':
      return cliFailure(exitCodes.badInput, `${to}: ${error.why}`)
    case 'Unavailable':
    case 'UnknownOutcome':
    case 'Corrupt':
      return cliFailure(exitCodes.unavailable, `${to}: ${error.why}; ${again}`)
  }
}
