import { openLedger } from '../../src/adapters/sqlite/open-ledger'
import type { EventStore } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { eventStoreDbAt } from './eventstoredb-store'

/** The store that a text names: a file, or a server by its connection string. */
export const storeAt = async (text: string): Promise<EventStore> =>
  text.startsWith('esdb') ? eventStoreDbAt(text) : (await rightOf(openLedger(text))).store
