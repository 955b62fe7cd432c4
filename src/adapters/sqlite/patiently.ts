import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import { setTimeout as sleep } from 'node:timers/promises'
import { backOffMs } from './append-batch'
import { failureOf } from './sqlite-failure'

/** How to try again: for how long, and what an error means in the end. */
export type Trying<Error> = {
  readonly giveUpMs: number
  readonly errorOf: (cause: unknown) => Error
}

/**
 * Does something that SQLite may keep us from for a moment, because another process holds a lock,
 * again until it is done. Between the tries the event loop is free.
 */
export const patiently =
  <Error, A>({ giveUpMs, errorOf }: Trying<Error>, attempt: () => A): TaskEither<Error, A> =>
  async () => {
    const giveUpAtMs = performance.now() + giveUpMs
    for (let tries = 0; ; tries++) {
      try {
        return E.right(attempt())
      } catch (cause) {
        if (failureOf(cause) !== 'busy' || performance.now() > giveUpAtMs)
          return E.left(errorOf(cause))
      }
      await sleep(backOffMs(tries))
    }
  }
