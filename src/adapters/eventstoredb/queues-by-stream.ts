/** Work on streams: on one of them one after the other, on several at once. */
export type QueuesByStream = {
  readonly run: <A>(stream: string, work: () => Promise<A>) => Promise<A>
  /** Resolves once nothing is being done any more. */
  readonly idle: () => Promise<void>
}

/** No work yet. */
export const queuesByStream = (): QueuesByStream => {
  const last = new Map<string, Promise<unknown>>()
  return {
    run: (stream, work) => {
      const before = last.get(stream)
      const run = before === undefined ? work() : before.then(work, work)
      last.set(stream, run)
      const forget = (): void => {
        if (last.get(stream) === run) last.delete(stream)
      }
      run.then(forget, forget)
      return run
    },
    idle: async () => {
      await Promise.allSettled(last.values())
    },
  }
}
