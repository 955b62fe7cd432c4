import * as E from 'fp-ts/Either'
import type { EventStore, Page, ReadError, SealedEvent } from '../../ports/event-store'
import { eventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store'
import type { Connection } from './connection'
import { createLedger } from './create-ledger'
import {
  badConnection,
  openErrorOf,
  unfinishedCopy,
  type EventStoreDbOpenError,
} from './open-error'
import { readLedgerId } from './open-ledger'
import { parseConnection } from './parse-connection'

/** A ledger that is there now, and whether it was made just now. */
export type InitializedEventStoreDb = {
  readonly connection: Connection
  readonly ledgerId: string
  readonly created: boolean
}

/**
 * Creates a ledger on a server, or names the one that is there. `ledgerCreated` is the sealed event
 * that a new one begins with. Of several that create at once one does, and the others find it.
 */
export const initLedger = async (
  text: string,
  ledgerCreated: SealedEvent,
  options: EventStoreDbOptions = {},
): Promise<E.Either<EventStoreDbOpenError, InitializedEventStoreDb>> => {
  const parsed = parseConnection(text)
  if (E.isLeft(parsed)) return E.left(badConnection(parsed.left))
  const connection = parsed.right
  const store = eventStoreDbEventStore(connection, options)
  try {
    const before = await readLedgerId(connection, store)
    if (E.isRight(before)) return E.right({ connection, ledgerId: before.right, created: false })
    if (before.left._tag !== 'LedgerMissing') return before
    const created = await create(connection, store, ledgerCreated)
    if (E.isLeft(created)) return created
    const ledgerId = await readLedgerId(connection, store)
    return E.isLeft(ledgerId)
      ? ledgerId
      : E.right({ connection, ledgerId: ledgerId.right, created: created.right })
  } finally {
    await store.close()
  }
}

/**
 * Whether it was this call that created it. Where streams of a ledger lie about without its beginning, a
 * ledger made anew would take what an unfinished copy left for its own past.
 */
const create = async (
  connection: Connection,
  store: EventStore,
  ledgerCreated: SealedEvent,
): Promise<E.Either<EventStoreDbOpenError, boolean>> => {
  const found = await holdsAnything(store)
  if (E.isLeft(found)) return E.left(openErrorOf(connection, found.left))
  if (found.right) return E.left(unfinishedCopy(connection))
  const created = await createLedger(store, ledgerCreated)
  return E.isLeft(created) ? E.left(openErrorOf(connection, created.left)) : created
}

const holdsAnything = async (store: EventStore): Promise<E.Either<ReadError, boolean>> => {
  let after: bigint | null = null
  for (;;) {
    const page: E.Either<ReadError, Page> = await store.readAll({
      after,
      categories: null,
      limit: 1,
    })()
    if (E.isLeft(page)) return page
    if (page.right.events.length > 0) return E.right(true)
    if (page.right.next === null) return E.right(false)
    after = page.right.next
  }
}
