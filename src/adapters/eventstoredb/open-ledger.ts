import * as E from 'fp-ts/Either'
import { siteLedgerStream } from '../../../domain/events'
import type { EventStore } from '../../ports/event-store'
import { decodeEvent } from '../codec'
import type { Connection } from './connection'
import { eventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store'
import {
  badConnection,
  ledgerMissing,
  notALedger,
  openErrorOf,
  type EventStoreDbOpenError,
} from './open-error'
import { parseConnection } from './parse-connection'

/** A ledger on a server. */
export type OpenedEventStoreDb = {
  readonly store: EventStore
  readonly connection: Connection
  readonly ledgerId: string
}

/** Opens a ledger that a server holds; never creates one. */
export const openLedger = async (
  text: string,
  options: EventStoreDbOptions = {},
): Promise<E.Either<EventStoreDbOpenError, OpenedEventStoreDb>> => {
  const connection = parseConnection(text)
  if (E.isLeft(connection)) return E.left(badConnection(connection.left))
  const store = eventStoreDbEventStore(connection.right, options)
  const ledgerId = await readLedgerId(connection.right, store)
  if (E.isRight(ledgerId)) {
    return E.right({ store, connection: connection.right, ledgerId: ledgerId.right })
  }
  await store.close()
  return ledgerId
}

/** The id in the event that a ledger begins with. */
export const readLedgerId = async (
  connection: Connection,
  store: EventStore,
): Promise<E.Either<EventStoreDbOpenError, string>> => {
  const range = { direction: 'forwards', from: 'start', limit: 1 } as const
  const page = await store.readStream({ stream: siteLedgerStream, ...range })()
  if (E.isLeft(page)) return E.left(openErrorOf(connection, page.left))
  const [first] = page.right.events
  if (first === undefined) return E.left(ledgerMissing(connection))
  if (first.revision !== 0n) {
    return E.left(notALedger(connection, `${siteLedgerStream} was truncated: its start is gone`))
  }
  const decoded = decodeEvent(first)
  if (E.isLeft(decoded)) return E.left(notALedger(connection, decoded.left.problem))
  return decoded.right.type === 'LedgerCreated'
    ? E.right(decoded.right.data.ledgerId)
    : E.left(notALedger(connection, `it begins with ${decoded.right.type}`))
}
