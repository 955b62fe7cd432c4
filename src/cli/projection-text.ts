import type { ProjectionError, ProjectionMessage, Unsound } from '../application/projection-message'
import type { ViewError } from '../ports/view-store'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import { accessDenied, readFailure } from './read-failure'

type Reason = Extract<ProjectionMessage, { readonly _tag: 'Anew' }>['because']

const reasons: Readonly<Record<Reason, string>> = {
  none: 'there is no table yet',
  'changed-fold': 'another version of this program made the table',
  'foreign-ledger': 'the table was made of another ledger',
  'rolled-back':
    'the table was made of events that are not in the ledger: an older copy was put in its place',
  damaged: 'what the table is true at cannot be read',
  asked: 'asked for',
}

/** Why a table is of no use, in words. */
export const unsoundText = (because: Unsound): string => reasons[because]

/** What a projection tells a person, for every message that is worth a line; null: none. */
export const projectionText = (message: ProjectionMessage): string | null => {
  switch (message._tag) {
    case 'Waiting':
      return `another process ${message.role === 'run' ? 'runs' : 'rebuilds'} it; waiting for its end`
    case 'Anew':
      return `folding anew: ${reasons[message.because]}`
    case 'Unreadable': {
      const { stream, revision, position, problem } = message.problem
      return `${stream}: revision ${revision} (position ${position}) cannot be read: ${problem}`
    }
    case 'Served':
      return 'the new table serves'
    case 'CaughtUp':
      return message.checkpoint === null
        ? 'caught up with an empty ledger; what follows is live'
        : `caught up at position ${message.checkpoint.position}; what follows is live`
    case 'FellBehind':
      return 'fell behind, catching up'
    case 'Interrupted':
      return `${message.error.why}; trying again in ${message.retryInMs / 1000} s`
    case 'Progress':
    case 'Stored':
    case 'Failed':
      return null
  }
}

/** What a projection that cannot go on exits with, and what to do then. */
export const projectionFailure = (name: string, error: ProjectionError): CliFailure => {
  switch (error._tag) {
    case 'Unavailable':
    case 'Denied':
    case 'Corrupt':
      return readFailure(error)
    case 'PoisonEvent':
      return cliFailure(
        exitCodes.personMustAct,
        `${name}: stopped at position ${error.position}: revision ${error.revision} of ` +
          `${error.stream} cannot be read (${error.problem}); the table before it still serves. ` +
          'Restore the ledger, or go on with: open-interval rebuild --past-unreadable',
      )
    case 'StreamReplaced':
      return cliFailure(
        exitCodes.unavailable,
        `${name}: ${error.stream} goes on from another event at revision ${error.revision}; ` +
          'look with: open-interval verify',
      )
    case 'NewerView':
      return cliFailure(
        exitCodes.unavailable,
        `${name}: a newer version of this program made the table (${error.version}); update this one`,
      )
    default:
      return viewFailure(name, error)
  }
}

const viewFailure = (name: string, error: ViewError): CliFailure => {
  if (error._tag === 'ViewsDenied') return accessDenied(`${name}: ${error.why}`)
  const next =
    error._tag === 'ViewsDamaged'
      ? 'the damaged file is gone; run the same again to fold it anew'
      : 'the ledger is untouched; run the same again'
  return cliFailure(exitCodes.unavailable, `${name}: ${error.why}; ${next}`)
}
