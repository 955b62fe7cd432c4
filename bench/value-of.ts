import * as E from 'fp-ts/Either'

/** The value of a result that must not be an error: a bench that meets one measures nothing. */
export const valueOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right
  throw new Error(`a bench met an error: ${JSON.stringify(result.left)}`)
}
