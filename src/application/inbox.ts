/** What is awaited of an async generator: looked at whenever there is time, one at a time. */
export type Inbox<A> = {
  /** What has come, `done` at the end; undefined: nothing yet. The next one is asked for. */
  readonly take: () => IteratorResult<A, void> | undefined
  /** Resolves once there is something to take. */
  readonly come: () => Promise<void>
}

type Arrived<A> = () => IteratorResult<A, void>

/**
 * Asks a generator for one value at a time. Nobody who waits for something else besides needs to hold
 * on to one long promise: that would keep what each of the waits has hung on it.
 */
export const inboxOf = <A>(values: AsyncGenerator<A, void, undefined>): Inbox<A> => {
  let arrived: Arrived<A> | undefined
  let wake = (): void => undefined
  const arrive = (one: Arrived<A>): void => {
    arrived = one
    wake()
  }
  const ask = (): void => {
    values.next().then(
      (result) => arrive(() => result),
      (error: unknown) =>
        arrive(() => {
          throw error
        }),
    )
  }
  ask()
  return {
    take: () => {
      if (arrived === undefined) return undefined
      const result = arrived()
      if (result.done === true) return result
      arrived = undefined
      ask()
      return result
    },
    come: () =>
      new Promise((resolve) => {
        wake = resolve
        if (arrived !== undefined) resolve()
      }),
  }
}
