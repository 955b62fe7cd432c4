import { eventStoreDbEventStore } from '../../src/adapters/eventstoredb/eventstoredb-event-store'
import type { EventStoreDbOptions } from '../../src/adapters/eventstoredb/eventstoredb-event-store'
import { parseConnection } from '../../src/adapters/eventstoredb/parse-connection'
import type { EventStore } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'

/** A store on the server that a connection string names. */
export const eventStoreDbAt = async (
  text: string,
  options: EventStoreDbOptions = {},
): Promise<EventStore> =>
  eventStoreDbEventStore(await rightOf(() => Promise.resolve(parseConnection(text))), options)
