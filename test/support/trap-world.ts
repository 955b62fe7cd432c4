import type { ServerCredentials } from '@grpc/grpc-js'
import { appendUntilKnown } from '../../src/application/append-until-known'
import { emptyHead } from '../../src/adapters/codec'
import { usualPatience } from '../../src/adapters/eventstoredb/store-parts'
import type { EventStore, SealedEvent } from '../../src/ports/event-store'
import { eventsOf } from './event-store-contract'
import { eventStoreDbAt } from './eventstoredb-store'
import { startFakeEventStoreDb, type FakeEventStoreDb } from './fake-eventstoredb/fake-eventstoredb'
import { sealedEvent } from './sealed-events'

/** How long a store waits here before it gives up on a server. */
export const shortWaitMs = 1500

/** A store that waits a short while, and the fake server that it is on. */
export type TrapWorld = {
  readonly fake: FakeEventStoreDb
  readonly store: EventStore
  readonly url: string
  /** Appends one event as the application does: again and again until the outcome is known. */
  readonly appendSurely: (
    stream: string,
    event?: SealedEvent,
  ) => ReturnType<typeof appendUntilKnown>
  readonly idsIn: (stream: string) => Promise<ReadonlyArray<string>>
  readonly end: () => Promise<void>
}

/** Starts a fake server and opens a store on it. */
export const trapWorld = async (credentials?: ServerCredentials): Promise<TrapWorld> => {
  const fake = await startFakeEventStoreDb(credentials === undefined ? {} : { credentials })
  const url = `esdb://127.0.0.1:${fake.port}?tls=false`
  const patience = {
    ...usualPatience,
    appendMs: shortWaitMs,
    readMs: shortWaitMs,
    retryMs: 20,
    retryMaxMs: 40,
  }
  const store = await eventStoreDbAt(url, { patience })
  const sleepMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 5))
  return {
    fake,
    store,
    url,
    appendSurely: (stream, event = sealedEvent(1)) =>
      appendUntilKnown({ store, sleepMs }, emptyHead(stream), [event]),
    idsIn: async (stream) => (await eventsOf(store, stream)).map(({ id }) => id),
    end: async () => {
      await store.close()
      fake.stop()
    },
  }
}
