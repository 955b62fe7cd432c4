import type { EventStore } from '../../src/ports/event-store'

/** Reads after which a test ends instead of going on for ever. */
const readsMax = 300

/** A store in the place of which another can be put, as a restored backup is put in that of a file. */
export const replaceableStore = (first: EventStore) => {
  const wakes = new Set<() => void>()
  let [current, reads] = [first, 0]
  const store: EventStore = {
    append: (...asked) => current.append(...asked),
    readStream: (range) => current.readStream(range),
    readAll: (range) => {
      if ((reads += 1) > readsMax) throw new Error('reads on and on')
      return current.readAll(range)
    },
    newest: (stream) => current.newest(stream),
    end: () => current.end(),
    streams: (category) => current.streams(category),
    changes: (wake) => {
      wakes.add(wake)
      return () => wakes.delete(wake)
    },
    close: () => current.close(),
  }
  return {
    store,
    put: (other: EventStore) => {
      current = other
      for (const wake of wakes) wake()
    },
  }
}
