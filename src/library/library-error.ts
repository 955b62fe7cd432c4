import * as E from 'fp-ts/Either'
import { parseLinkId, type LinkId, type LinkIdError } from '../../domain/link-id'
import type { PolicyProblem } from '../../domain/policy-rules'
import { gateErrorOf } from '../application/append-errors'
import type { GateError } from '../application/gate'
import type { ReadError } from '../ports/event-store'

/**
 * Why the library could not do what it was asked; nothing may be dialed then (R1).
 * `InvalidPolicy`: a field of a policy does not hold what it may hold.
 */
export type LibraryError =
  | GateError
  | LinkIdError
  | { readonly _tag: 'InvalidPolicy'; readonly problems: ReadonlyArray<PolicyProblem> }

/** What the inside says in two tracks, as one value: the outcome, or the error, each with its tag. */
export const outcomeOf = <A>(result: E.Either<ReadError | LibraryError, A>): A | LibraryError =>
  E.isRight(result) ? result.right : libraryErrorOf(result.left)

/** The same error in the library's words. */
export const libraryErrorOf = (error: ReadError | LibraryError): LibraryError => {
  switch (error._tag) {
    case 'Unavailable':
    case 'Denied':
    case 'Corrupt':
      return gateErrorOf(error)
    default:
      return error
  }
}

/** Does something with the link that a name stands for; a name that can be no link's is an error. */
export const withLink = async <A>(
  name: string,
  use: (link: LinkId) => Promise<E.Either<ReadError | LibraryError, A>>,
): Promise<A | LibraryError> => {
  const link = parseLinkId(name)
  return E.isLeft(link) ? link.left : outcomeOf(await use(link.right))
}
