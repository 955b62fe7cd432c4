import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import { siteLedgerStream } from '../../../domain/events'
import type { AppendError, EventStore, SealedEvent } from '../../ports/event-store'

const repeatsMax = 20
const repeatPauseMs = 250

/**
 * Appends the event that makes a ledger of a server. Gives whether this call did: another may have
 * been faster. An unknown outcome is asked for until it is known.
 */
export const createLedger = async (
  store: EventStore,
  ledgerCreated: SealedEvent,
): Promise<E.Either<AppendError, boolean>> => {
  for (let repeats = 0; ; repeats += 1) {
    const appended = await store.append(siteLedgerStream, 'no_stream', [ledgerCreated])()
    if (E.isRight(appended)) return E.right(true)
    if (appended.left._tag === 'Conflict') return E.right(false)
    if (appended.left._tag !== 'UnknownOutcome' || repeats === repeatsMax) return appended
    await sleep(repeatPauseMs)
  }
}
