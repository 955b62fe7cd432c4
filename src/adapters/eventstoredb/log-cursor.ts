import type {
  AllStreamResolvedEvent,
  AllStreamSubscription,
  EventStoreDBClient,
} from '@eventstore/db-client'
import type { RecordedEvent } from '../../ports/event-store'
import { recordedEventOf } from './event-text'
import { OwnTimeout } from './own-timer'

/** Events that the server looks at between two signs of life while nothing matches. */
const searchWindow = 1000

/** Events that wait here to be taken; the server waits with the rest. */
const bufferedMax = 256

/** A place in the whole log to go on from, and what is wanted of what follows. */
export type CursorStart = {
  readonly after: bigint | null
  readonly categories: ReadonlyArray<string>
  readonly silenceMaxMs: number
}

/** A walk over the wanted events of the log, up to the end that it has when that is reached. */
export type LogCursor = {
  /** So many events, fewer if the end comes first. */
  readonly take: (count: number) => Promise<ReadonlyArray<RecordedEvent>>
  /** Gives back an event that was taken too many. */
  readonly giveBack: (event: RecordedEvent) => void
  readonly close: () => void
}

/**
 * Begins a walk. Reads of the whole log cannot be filtered in this client, so that they bring what
 * the server writes for itself; a subscription can, and tells when it has caught up.
 */
export const logCursor = (client: EventStoreDBClient, start: CursorStart): LogCursor => {
  const walk = walkOf(client, start)
  const { subscription, state } = walk
  const { pending } = state
  return {
    take: async (count) => {
      const taken: RecordedEvent[] = pending.splice(0, count)
      while (taken.length < count && state.untilEnd > 0) {
        const next: unknown = subscription.read()
        if (next === null) {
          if (state.failure !== undefined) throw state.failure
          await moved(walk, start.silenceMaxMs)
          continue
        }
        taken.push(eventOf(next))
        state.untilEnd -= 1
      }
      return taken
    },
    giveBack: (event) => {
      pending.unshift(event)
    },
    close: () => {
      void subscription.unsubscribe().catch(() => undefined)
    },
  }
}

type Walk = {
  readonly subscription: AllStreamSubscription
  readonly state: {
    readonly pending: RecordedEvent[]
    /** How many events are still to be taken; infinite until the end is known. */
    untilEnd: number
    failure: Error | undefined
    wake: () => void
  }
}

const walkOf = (client: EventStoreDBClient, { after, categories }: CursorStart): Walk => {
  const state: Walk['state'] = {
    pending: [],
    untilEnd: Infinity,
    failure: undefined,
    wake: () => undefined,
  }
  const options = {
    fromPosition: after === null ? ('start' as const) : { commit: after, prepare: after },
    requiresLeader: true,
    filter: {
      filterOn: 'streamName' as const,
      prefixes: categories.map((category) => `${category}-`),
      maxSearchWindow: searchWindow,
      checkpointInterval: 1,
      // A sign of life and no more: it runs ahead of the events that it is true of.
      checkpointReached: () => state.wake(),
    },
  }
  const subscription = client.subscribeToAll(options, { highWaterMark: bufferedMax })
  const fail = (error: Error): void => {
    state.failure ??= error
    state.wake()
  }
  subscription.on('readable', () => state.wake())
  subscription.on('caughtUp', () => {
    // The signal runs ahead of the events that wait to be taken. What comes later is not for this
    // walk: there may be half of an append of it.
    state.untilEnd = Math.min(state.untilEnd, subscription.readableLength)
    state.wake()
  })
  subscription.on('error', fail)
  subscription.on('end', () => fail(new Error('the server ended the subscription')))
  return { subscription, state }
}

/** Resolves at the next sign of life. */
const moved = async ({ state }: Walk, silenceMaxMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      state.wake = resolve
      timer = setTimeout(
        () => reject(new OwnTimeout(`silence for ${silenceMaxMs} ms`)),
        silenceMaxMs,
      )
    })
  } finally {
    clearTimeout(timer)
  }
}

const eventOf = (told: unknown): RecordedEvent => {
  const { event } = told as AllStreamResolvedEvent
  const recorded = event === undefined ? undefined : recordedEventOf(event)
  if (recorded === undefined) throw new Error('the server told an event without its place')
  return recorded
}
