import type { AppendError, ExpectedRevision } from '../../ports/event-store'
import { failureOf, messageOf } from './failure'

/** What a failed append means: unknown, unless it is a conflict or a refusal that names its reason. */
export const appendErrorOf = (stream: string, cause: unknown): AppendError => {
  const why = messageOf(cause)
  const failure = failureOf(cause)
  switch (failure) {
    case 'conflict':
      return { _tag: 'Conflict', stream, actual: actualIn(cause) }
    case 'too-large':
      return { _tag: 'TooLarge', bytes: maximumIn(cause) + 1, bytesMax: maximumIn(cause) }
    case 'invalid':
      return { _tag: 'InvalidEvent', why }
    case 'denied':
      return { _tag: 'Denied', why: deniedWhy(why), cause }
    case 'deleted':
      return { _tag: 'Corrupt', why: tombstoned(stream), cause }
    case 'not-found':
    case 'not-leader':
    case 'unanswered':
    case 'unknown':
      return { _tag: 'UnknownOutcome', why, cause }
  }
}

/** What to do about a server that does not let us. */
export const deniedWhy = (why: string): string =>
  `${why}: check the user, the password and the access lists of the streams`

/** What is said of a stream that was ended for good. */
export const tombstoned = (stream: string): string =>
  `${stream} was deleted for good (tombstoned): restore the server from a backup`

const actualIn = (cause: unknown): ExpectedRevision =>
  cause instanceof Error && 'actualVersion' in cause && typeof cause.actualVersion === 'bigint'
    ? cause.actualVersion
    : 'no_stream'

const maximumIn = (cause: unknown): number =>
  cause instanceof Error && 'maxAppendSize' in cause && typeof cause.maxAppendSize === 'number'
    ? cause.maxAppendSize
    : 0
