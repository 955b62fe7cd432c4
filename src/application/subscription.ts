import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/Array'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'
import { checkpointAfter, isReadError, positionOf, type Checkpoint } from './checkpoint'
import { heldBack } from './held-back'
import { wakeUpCall } from './wake-up-call'

/**
 * What a subscriber is told, in order.
 *
 * - `Page`: the wanted ones of some events, none perhaps; `checkpoint` is behind all of them.
 * - `CaughtUp`: everything that was there has been told; what follows is live. Its checkpoint is
 *   null until the first page, but for a subscription that goes on from one.
 * - `FellBehind`: there is more than one page to catch up with again.
 * - `Interrupted`: the store cannot be read; the subscription tries again after `retryInMs`.
 * - `Failed`: the store cannot be read at all; the last message.
 */
export type SubscriptionMessage =
  | {
      readonly _tag: 'Page'
      readonly events: ReadonlyArray<RecordedEvent>
      readonly checkpoint: Checkpoint
    }
  | { readonly _tag: 'CaughtUp'; readonly checkpoint: Checkpoint | null }
  | { readonly _tag: 'FellBehind' }
  | { readonly _tag: 'Interrupted'; readonly error: ReadError; readonly retryInMs: number }
  | { readonly _tag: 'Failed'; readonly error: ReadError }

/** What to subscribe to; `after` is exclusive, null: from the start. */
export type SubscriptionRequest = {
  readonly ledgerId: string
  /**
   * A place in this very store: that of a checkpoint must have been found by `positionOf`. With the
   * whole of it an older copy of the ledger is noticed before the first page, too.
   */
  readonly after: Checkpoint | Pick<Checkpoint, 'position'> | null
  readonly wants: (event: RecordedEvent) => boolean
  /** Ends the subscription, also while it waits. */
  readonly signal?: AbortSignal
  /** Events that one page looks at; the last append of a page is never split. */
  readonly pageSize?: number
}

const usualPageSize = 500
const firstRetryMs = 200
const longestRetryMs = 10_000

type State = {
  position: bigint | null
  checkpoint: Checkpoint | null
  /** Read, but not told yet: the begin of an append whose end the page did not hold. */
  pending: ReadonlyArray<RecordedEvent>
  isLive: boolean
  retryMs: number
}

/**
 * Everything in a ledger after a checkpoint, then whatever comes: ordered, unique, atomic, reliable,
 * resumable and bookmarkable. The subscriber pulls; one that does not costs no memory.
 */
export async function* subscription(
  store: EventStore,
  request: SubscriptionRequest,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const { after, signal = new AbortController().signal } = request
  const call = wakeUpCall(store, signal)
  const state: State = {
    position: after === null ? null : after.position,
    checkpoint: after !== null && 'eventId' in after ? after : null,
    pending: [],
    isLive: false,
    retryMs: firstRetryMs,
  }
  try {
    while (!signal.aborted) {
      call.listen()
      const there = await stillThere(store, request.ledgerId, state)
      const read = E.isLeft(there) ? there : await readOn(store, request, state)
      if (E.isLeft(read)) {
        yield failure(state, read.left)
        if (read.left._tag !== 'Unavailable') return
        await call.sleepMs(state.retryMs)
        state.retryMs = Math.min(2 * state.retryMs, longestRetryMs)
        continue
      }
      state.retryMs = firstRetryMs
      yield* told(request, state, read.right)
      if (state.isLive) await call.woken()
    }
  } finally {
    call.stop()
  }
}

const failure = ({ retryMs }: State, error: ReadError): SubscriptionMessage =>
  error._tag === 'Unavailable'
    ? { _tag: 'Interrupted', error, retryInMs: retryMs }
    : { _tag: 'Failed', error }

/** `next` is where to go on, null at the end, whether the page held anything or not. */
type ReadOn = { readonly events: ReadonlyArray<RecordedEvent>; readonly next: bigint | null }

const readOn = async (
  store: EventStore,
  { pageSize = usualPageSize }: SubscriptionRequest,
  { position, pending }: State,
): Promise<E.Either<ReadError, ReadOn>> => {
  const last = pending.at(-1)?.position ?? position
  const page = await store.readAll({ after: last, categories: null, limit: pageSize })()
  if (E.isLeft(page)) return page
  const { events, next } = page.right
  // A store that tells its events out of order would make a subscriber lose some for good.
  return isOrdered(last, events)
    ? E.right({ events, next })
    : E.left({ _tag: 'Corrupt', why: `positions after ${last ?? 'the start'} do not ascend` })
}

/** An older copy of the ledger in the place of this one would have other events tell nothing for long. */
const stillThere = async (
  store: EventStore,
  ledgerId: string,
  { checkpoint }: State,
): Promise<E.Either<ReadError, void>> => {
  if (checkpoint === null) return E.right(undefined)
  const found = await positionOf(store, ledgerId)(checkpoint)
  if (E.isLeft(found)) {
    return isReadError(found.left) ? E.left(found.left) : E.left(rolledBack(checkpoint))
  }
  return found.right === checkpoint.position ? E.right(undefined) : E.left(rolledBack(checkpoint))
}

const rolledBack = ({ stream, revision, eventId }: Checkpoint): ReadError => ({
  _tag: 'Corrupt',
  why:
    `event ${eventId}, which was told, is no longer at revision ${revision} of ${stream}: ` +
    'an older copy of the ledger was put in its place',
})

const isOrdered = (after: bigint | null, events: ReadonlyArray<RecordedEvent>): boolean => {
  let last = after ?? -1n
  for (const { position } of events) {
    if (position <= last) return false
    last = position
  }
  return true
}

function* told(
  { ledgerId, wants }: SubscriptionRequest,
  state: State,
  { events, next }: ReadOn,
): Generator<SubscriptionMessage, void, undefined> {
  const isEnd = next === null
  if (state.isLive && !isEnd) {
    state.isLive = false
    yield { _tag: 'FellBehind' }
  }
  const unsaid = [...state.pending, ...events]
  // At the end of the ledger there is no other half to wait for, whatever an event claims.
  const { whole, begun } = isEnd ? { whole: unsaid, begun: [] } : heldBack(unsaid)
  state.pending = begun
  if (isNonEmpty(whole)) {
    state.checkpoint = checkpointAfter(ledgerId, last(whole))
    state.position = state.checkpoint.position
    yield { _tag: 'Page', events: whole.filter(wants), checkpoint: state.checkpoint }
  } else if (begun.length === 0 && next !== null) state.position = next
  if (isEnd && !state.isLive) {
    state.isLive = true
    yield { _tag: 'CaughtUp', checkpoint: state.checkpoint }
  }
}

const last = <A>(values: NonEmptyArray<A>): A => values.at(-1) ?? values[0]
