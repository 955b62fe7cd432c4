import type { Session } from './session'

/**
 * How often to look for what other processes appended, in milliseconds. A look is a read of one
 * number in shared memory, a few microseconds.
 */
const pollMs = 25

/** Listening to one file. */
export type Watcher = {
  readonly changes: (wake: () => void) => () => void
  readonly stop: () => void
}

/** Wakes listeners when this process or another one has changed the file. */
export const watchChanges = (session: Session): Watcher => {
  let timer: NodeJS.Timeout | undefined
  let seen: unknown

  const poll = (): void => {
    const version = dataVersion(session)
    if (version !== seen) session.listeners.forEach((wake) => wake())
    seen = version
  }

  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    changes: (wake: () => void): (() => void) => {
      // Each call has a listener of its own, even when the same function is given twice.
      const listener = (): void => wake()
      session.listeners.add(listener)
      if (timer === undefined) {
        seen = dataVersion(session)
        timer = setInterval(poll, pollMs).unref()
      }
      return () => {
        session.listeners.delete(listener)
        if (session.listeners.size === 0) stop()
      }
    },
    stop,
  }
}

/** Changes whenever another connection has committed; an error counts as a change of its own. */
const dataVersion = (session: Session): unknown => {
  try {
    return session.current().connection.pragma('data_version', { simple: true })
  } catch {
    return undefined
  }
}
