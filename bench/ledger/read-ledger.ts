import { openLedger } from '../../src/adapters/sqlite/open-ledger'
import type { EventStore } from '../../src/ports/event-store'
import { valueOf } from '../value-of'

/** Opens a ledger for reading. */
export const readLedger = async (path: string): Promise<EventStore> =>
  valueOf(await openLedger(path, { readOnly: true })()).store

/** The streams of all links in a ledger. */
export const linksOf = async (store: EventStore): Promise<ReadonlyArray<string>> =>
  valueOf(await store.streams('link')())
