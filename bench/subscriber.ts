import { subscription } from '../src/application/subscription'
import type { EventStore } from '../src/ports/event-store'
import { valueOf } from './value-of'

/** Somebody who waits for events. */
export type Subscriber = {
  /** Resolves with the monotonic time, in nanoseconds, at which an event was told. */
  readonly seen: (id: string) => Promise<bigint>
  readonly close: () => Promise<unknown>
}

/** Notes when events were told; each is waited for before it is appended. */
export const sightings = () => {
  const waiting = new Map<string, (ns: bigint) => void>()
  return {
    note: (id: string, ns: bigint): void => {
      waiting.get(id)?.(ns)
      waiting.delete(id)
    },
    seen: (id: string): Promise<bigint> =>
      new Promise((resolve) => {
        waiting.set(id, resolve)
      }),
  }
}

/** Subscribes to what comes after the end of a store, in this process. */
export const nearSubscriber = async (
  store: EventStore,
  { ledgerId, told }: { readonly ledgerId: string; readonly told?: (id: string) => void },
): Promise<Subscriber> => {
  const { note, seen } = sightings()
  const end = valueOf(await store.end())
  const stop = new AbortController()
  const request = {
    ...{ ledgerId, signal: stop.signal, wants: () => true },
    after: end === null ? null : { position: end },
  }
  const reading = (async () => {
    for await (const message of subscription(store, request)) {
      if (message._tag !== 'Page') continue
      for (const { id } of message.events) {
        note(id, process.hrtime.bigint())
        told?.(id)
      }
    }
  })()
  return {
    seen,
    close: () => {
      stop.abort()
      return reading
    },
  }
}
