import * as E from 'fp-ts/Either'
import { siteLedgerStream } from '../../../domain/events'
import type { CopyTarget, LedgerOrigin } from '../../ports/copy-target'
import type { EventStore, ReadError } from '../../ports/event-store'
import type { Connection } from './connection'
import { createLedger } from './create-ledger'
import { eventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store'
import { badConnection, notALedger, openErrorOf, type EventStoreDbOpenError } from './open-error'
import { parseConnection } from './parse-connection'

/** A server that a ledger can be copied to; `shown`: its address without the password. */
export type ServerToCopyTo = CopyTarget & { readonly shown: string }

/**
 * Opens a server to copy a ledger to. Its streams are a ledger only once `site-ledger` is there, which
 * comes last, so that no command takes an unfinished copy for one.
 */
export const openCopyTarget = async (
  text: string,
  origin: LedgerOrigin,
  options: EventStoreDbOptions = {},
): Promise<E.Either<EventStoreDbOpenError, ServerToCopyTo>> => {
  const parsed = parseConnection(text)
  if (E.isLeft(parsed)) return E.left(badConnection(parsed.left))
  const connection = parsed.right
  const store = eventStoreDbEventStore(connection, options)
  const standing = await standingOf(store, origin)
  if (E.isRight(standing) && standing.right !== 'another') {
    return E.right({
      store,
      shown: connection.shown,
      isLedger: standing.right === 'complete',
      // A server stores appends that are under way together in no certain order.
      appendsAtOnce: 1,
      complete: () => async () => {
        const created = await createLedger(store, origin.created)
        return E.isLeft(created) ? created : E.right(undefined)
      },
      close: store.close,
    })
  }
  await store.close()
  return E.left(E.isLeft(standing) ? openErrorOf(connection, standing.left) : another(connection))
}

const standingOf = async (
  store: EventStore,
  { created }: LedgerOrigin,
): Promise<E.Either<ReadError, 'complete' | 'unfinished' | 'another'>> => {
  const page = await store.readStream({
    stream: siteLedgerStream,
    direction: 'forwards',
    from: 'start',
    limit: 1,
  })()
  if (E.isLeft(page)) return page
  const [first] = page.right.events
  if (first === undefined) return E.right('unfinished')
  const isSame =
    first.id === created.id && first.data === created.data && first.metadata === created.metadata
  return E.right(isSame ? 'complete' : 'another')
}

const another = (connection: Connection): EventStoreDbOpenError => ({
  ...notALedger(connection, 'it holds another ledger'),
  next: 'copy to a server that holds none; this one is left as it is',
})
