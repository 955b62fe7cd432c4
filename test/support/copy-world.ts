import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { siteLedgerStream } from '../../domain/events'
import { emptyHead, sealEvents } from '../../src/adapters/codec'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import { copyLedger, type CopyRequest } from '../../src/application/copy-ledger'
import type { CopyTarget } from '../../src/ports/copy-target'
import type { EventStore, RecordedEvent, SealedEvent } from '../../src/ports/event-store'
import { anUnsealed } from './codec-round-trip'
import { rightOf } from './event-store-contract'
import { partsOn, type fakeClock } from './gate-world'
import { testLedgerId } from './sqlite-ledger'

/** The event that ledgers of these tests begin with, sealed as `init` does. */
export const sealedCreation = (): SealedEvent => {
  const created = anUnsealed({ type: 'LedgerCreated', data: { ledgerId: testLedgerId } })
  const sealed = sealEvents(emptyHead(siteLedgerStream), [created])
  if (E.isLeft(sealed)) throw new Error(sealed.left.why)
  return sealed.right.events[0]
}

/** A ledger in memory that began as `init` makes it. */
export const memoryLedger = async (): Promise<EventStore> => {
  const store = memoryEventStore()
  await rightOf(store.append(siteLedgerStream, 'no_stream', [sealedCreation()]))
  return store
}

/** A target in memory, which gets its first event last, as one on a server does. */
export const memoryTarget = (
  store: EventStore = memoryEventStore(),
): CopyTarget & { readonly completions: () => number } => {
  let completions = 0
  return {
    store,
    isLedger: false,
    appendsAtOnce: 1,
    complete: () => {
      completions += 1
      return TE.map(() => undefined)(
        store.append(siteLedgerStream, 'no_stream', [sealedCreation()]),
      )
    },
    close: () => Promise.resolve(),
    completions: () => completions,
  }
}

/** The same target, as an earlier copy left it. */
export const completeTarget = (target: CopyTarget): CopyTarget => ({
  ...target,
  isLedger: true,
  complete: () => TE.right(undefined),
})

/** Copies from a store, by a person who says why. */
export const copied = (
  source: EventStore,
  target: CopyTarget,
  { clock, ...options }: Partial<CopyRequest> & { readonly clock: ReturnType<typeof fakeClock> },
) =>
  copyLedger({
    source: { ...partsOn(source, clock), actor: 'alice' },
    target,
    reason: 'moving',
    onProgress: () => undefined,
    onSettling: () => undefined,
    ...options,
  })

/** Everything that a store holds but for positions and the event that a ledger begins with. */
export const contentsOf = async (
  store: EventStore,
): Promise<ReadonlyArray<Omit<RecordedEvent, 'position'>>> => {
  const { events } = await rightOf(store.readAll({ after: null, categories: null, limit: 100_000 }))
  return events
    .filter(({ stream, revision }) => stream !== siteLedgerStream || revision !== 0n)
    .map(({ position: _position, ...event }) => event)
}
