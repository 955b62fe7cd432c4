import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import { siteLedgerStream } from '../../../domain/events'
import type { EventStore, SealedEvent } from '../../ports/event-store'
import { eventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store'
import type { Connection } from './connection'
import { badConnection, openErrorOf, type EventStoreDbOpenError } from './open-error'
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

const repeatsMax = 20
const repeatPauseMs = 250

/** Whether it was this call that created it; an unknown outcome is asked for until it is known. */
const create = async (
  connection: Connection,
  store: EventStore,
  ledgerCreated: SealedEvent,
): Promise<E.Either<EventStoreDbOpenError, boolean>> => {
  for (let repeats = 0; ; repeats += 1) {
    const appended = await store.append(siteLedgerStream, 'no_stream', [ledgerCreated])()
    if (E.isRight(appended)) return E.right(true)
    if (appended.left._tag === 'Conflict') return E.right(false)
    if (appended.left._tag !== 'UnknownOutcome' || repeats === repeatsMax) {
      return E.left(openErrorOf(connection, appended.left))
    }
    await sleep(repeatPauseMs)
  }
}
