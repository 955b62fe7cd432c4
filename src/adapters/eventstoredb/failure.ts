import type { ErrorType } from '@eventstore/db-client'
import { OwnTimeout } from './own-timer'

/**
 * What an error of the client says.
 *
 * - `conflict`: the stream ends elsewhere.
 * - `not-found`: there is no such stream.
 * - `deleted`: the stream was ended for good.
 * - `denied`: the server does not let this user.
 * - `too-large`: more than one append may have.
 * - `not-leader`: another node leads; the client goes to it by itself next time.
 * - `invalid`: the client did not send it.
 * - `unanswered`: our own timer ran out.
 * - `unknown`: anything else: perhaps it was done, perhaps not.
 */
export type Failure =
  | 'conflict'
  | 'not-found'
  | 'deleted'
  | 'denied'
  | 'too-large'
  | 'not-leader'
  | 'invalid'
  | 'unanswered'
  | 'unknown'

/** Every type of error that the client has. */
const byType: Readonly<Record<`${ErrorType}`, Failure>> = {
  'wrong-expected-version': 'conflict',
  'stream-not-found': 'not-found',
  'no-stream': 'not-found',
  'stream-deleted': 'deleted',
  'access-denied': 'denied',
  'maximum-append-size-exceeded': 'too-large',
  'not-leader': 'not-leader',
  'invalid-argument': 'invalid',
  'missing-required-metadata-property': 'invalid',
  // The server gave up waiting for itself: it may have written all the same.
  timeout: 'unknown',
  'deadline-exceeded': 'unknown',
  unavailable: 'unknown',
  cancelled: 'unknown',
  unknown: 'unknown',
  unsupported: 'unknown',
  // Of something that we never ask for.
  'not-found': 'unknown',
  'invalid-transaction': 'unknown',
  'scavenge-not-found': 'unknown',
  'persistent-subscription-failed': 'unknown',
  'persistent-subscription-does-not-exist': 'unknown',
  'persistent-subscription-exists': 'unknown',
  'persistent-subscription-dropped': 'unknown',
  'maximum-subscribers-reached': 'unknown',
  'user-not-found': 'unknown',
  'user-conflict': 'unknown',
}

/** Codes of gRPC by which a server says that it knows who we are not, or what we may not. */
const deniedCodes: ReadonlyArray<unknown> = [7, 16]

/** What a thrown value says, by its type and code: half of the client's errors are plain ones. */
export const failureOf = (cause: unknown): Failure => {
  if (cause instanceof OwnTimeout) return 'unanswered'
  if (!(cause instanceof Error)) return 'unknown'
  const type = 'type' in cause ? cause.type : undefined
  const failure = isErrorType(type) ? byType[type] : 'unknown'
  const code = 'code' in cause ? cause.code : undefined
  return failure === 'unknown' && deniedCodes.includes(code) ? 'denied' : failure
}

const isErrorType = (type: unknown): type is `${ErrorType}` =>
  typeof type === 'string' && Object.hasOwn(byType, type)

/** Whether the client is of no more use: it failed in a way that it does not recover from. */
export const spoilsClient = (cause: unknown): boolean => {
  if (cause instanceof OwnTimeout) return true
  // An error without a type comes from the first question to the server, whose answer is kept.
  return cause instanceof Error && !('type' in cause)
}

/** What an error says in words. */
export const messageOf = (cause: unknown): string =>
  cause instanceof Error && cause.message !== ''
    ? cause.message
    : `no reason given (${String(cause)})`
