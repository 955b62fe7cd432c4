import type { Connection } from './connection'
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

type Watched = Pick<Session, 'current' | 'listeners'>

/** What a look saw; both differ from one connection to the next, so neither is proof by itself. */
type Look = { readonly connection: Connection | null; readonly version: unknown }

/** Wakes listeners when this process or another one has changed the file. */
export const watchChanges = (session: Watched): Watcher => {
  let timer: NodeJS.Timeout | undefined
  let seen: Look = { connection: null, version: null }

  const poll = (): void => {
    const look = lookAt(session)
    const isNews = look.connection !== seen.connection || look.version !== seen.version
    seen = look
    if (isNews) session.listeners.forEach((wake) => wake())
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
        seen = lookAt(session)
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

/**
 * The version changes whenever another connection has committed. It counts anew on a new connection,
 * which is news of its own, like the loss of one: what was appended in between is in no version.
 */
const lookAt = (session: Watched): Look => {
  try {
    const { connection, dataVersion } = session.current()
    return { connection, version: dataVersion() }
  } catch {
    return { connection: null, version: null }
  }
}
