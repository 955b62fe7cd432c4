import * as E from 'fp-ts/Either'
import { Observable } from 'rxjs/internal/Observable'
import type { StreamItem, UnreadableEvent } from '../../domain/events'
import { parseLinkId, streamOfLink, type LinkId, type LinkIdError } from '../../domain/link-id'
import { toStreamItem } from '../adapters/codec'
import {
  checkpointText,
  parseCheckpoint,
  positionOf,
  type Checkpoint,
  type CheckpointError,
} from '../application/checkpoint'
import { subscription, type SubscriptionMessage } from '../application/subscription'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'
import { checkpointStoreOf, commit } from './checkpoint-stores'
import { libraryErrorOf } from './library-error'
import type {
  CheckpointStore,
  EventOf,
  EventType,
  LedgerMessage,
  SubscribeError,
  SubscribeOptions,
} from './subscribe-messages'

/** The subscriptions of one opened ledger. */
export type Subscriptions = {
  /** Everything after a place, then whatever comes. The subscriber pulls; what it does not costs nothing. */
  readonly subscribe: <Type extends EventType = EventType>(
    options?: SubscribeOptions<Type>,
  ) => AsyncGenerator<LedgerMessage<Type>, void, undefined>
  /** The same, pushed: as fast as the ledger is read, whatever the subscriber does meanwhile. */
  readonly subscription$: <Type extends EventType = EventType>(
    options?: SubscribeOptions<Type>,
  ) => Observable<LedgerMessage<Type>>
}

/** What is subscribed to; `closed` ends all of it. */
export type Subscribed = {
  readonly store: EventStore
  readonly ledgerId: string
  readonly closed: AbortSignal
}

/** Makes the subscriptions of one ledger. */
export const subscriptions = (ledger: Subscribed): Subscriptions => ({
  subscribe: (options = {}) => messages(ledger, options),
  subscription$: (options = {}) =>
    new Observable((subscriber) => {
      const unsubscribed = new AbortController()
      const told = messages({ ...ledger, closed: either(ledger.closed, unsubscribed) }, options)
      const push = async (): Promise<void> => {
        for await (const message of told) subscriber.next(message)
        subscriber.complete()
      }
      push().catch((error: unknown) => subscriber.error(error))
      return () => unsubscribed.abort()
    }),
})

/** Aborts with the first of two. */
const either = (signal: AbortSignal | undefined, other: AbortController): AbortSignal => {
  if (signal?.aborted === true) other.abort()
  signal?.addEventListener('abort', () => other.abort(), { signal: other.signal })
  return other.signal
}

async function* messages<Type extends EventType>(
  { store, ledgerId, closed }: Subscribed,
  options: SubscribeOptions<Type>,
): AsyncGenerator<LedgerMessage<Type>, void, undefined> {
  const kept = options.checkpoint === undefined ? null : checkpointStoreOf(options.checkpoint)
  const link = options.link === undefined ? E.right(null) : parseLinkId(options.link)
  const after = await placeToBegin({ store, ledgerId }, options.after ?? null, kept)
  if (E.isLeft(link) || E.isLeft(after)) {
    yield { _tag: 'Failed', error: startErrorOf(link, after) }
    return
  }
  const end = new AbortController()
  const signal = either(options.signal, end)
  either(closed, end)
  const wants = wanted(link.right, options.types ?? null)
  try {
    const read = subscription(store, { ledgerId, after: after.right, wants, signal })
    const isWanted = typed(options.types ?? null)
    for await (const message of read) yield told(message, { kept, isWanted })
  } finally {
    // What listens to the other signals lets go of this one.
    end.abort()
  }
}

const placeToBegin = async (
  { store, ledgerId }: Pick<Subscribed, 'store' | 'ledgerId'>,
  after: string | null,
  kept: CheckpointStore | null,
): Promise<E.Either<SubscribeError | ReadError, Checkpoint | null>> => {
  const loaded = kept === null ? E.right(null) : await loadedFrom(kept)
  if (E.isLeft(loaded)) return loaded
  const text = loaded.right ?? after
  if (text === null) return E.right(null)
  const checkpoint: E.Either<CheckpointError, Checkpoint> = parseCheckpoint(text)
  if (E.isLeft(checkpoint)) return checkpoint
  const position = await positionOf(store, ledgerId)(checkpoint.right)
  return E.isLeft(position) ? position : E.right({ ...checkpoint.right, position: position.right })
}

const loadedFrom = async (
  kept: CheckpointStore,
): Promise<E.Either<SubscribeError, string | null>> => {
  try {
    return E.right(await kept.load())
  } catch (cause) {
    return E.left({ _tag: 'CheckpointUnavailable', why: String(cause) })
  }
}

const startErrorOf = (
  link: E.Either<LinkIdError, unknown>,
  after: E.Either<SubscribeError | ReadError, unknown>,
): SubscribeError => {
  if (E.isLeft(link)) return link.left
  if (E.isRight(after)) throw new Error('a subscription failed without an error')
  return subscribeErrorOf(after.left)
}

const subscribeErrorOf = (error: SubscribeError | ReadError): SubscribeError => {
  switch (error._tag) {
    case 'NoCheckpoint':
    case 'ForeignLedger':
    case 'RolledBack':
    case 'CheckpointUnavailable':
      return error
    default:
      return libraryErrorOf(error)
  }
}

const wanted =
  (link: LinkId | null, types: ReadonlyArray<string> | null) =>
  ({ stream, type }: RecordedEvent): boolean =>
    (link === null || stream === streamOfLink(link)) && (types?.includes(type) ?? true)

type IsWanted<Type extends EventType> = (
  item: StreamItem,
) => item is EventOf<Type> | UnreadableEvent

/** The events were chosen by their stored types before: this tells the compiler. */
const typed =
  <Type extends EventType>(types: ReadonlyArray<Type> | null): IsWanted<Type> =>
  (item): item is EventOf<Type> | UnreadableEvent =>
    item.type === 'Unreadable' || types === null || types.some((type) => type === item.type)

type Telling<Type extends EventType> = {
  readonly kept: CheckpointStore | null
  readonly isWanted: IsWanted<Type>
}

const told = <Type extends EventType>(
  message: SubscriptionMessage,
  { kept, isWanted }: Telling<Type>,
): LedgerMessage<Type> => {
  switch (message._tag) {
    case 'Page': {
      const checkpoint = checkpointText(message.checkpoint)
      const events = message.events.map(toStreamItem).filter(isWanted)
      return { _tag: 'Page', events, checkpoint, commit: commit(kept, checkpoint) }
    }
    case 'CaughtUp':
      return { _tag: 'CaughtUp', checkpoint: textOf(message.checkpoint) }
    case 'FellBehind':
      return message
    case 'Interrupted':
      return { ...message, error: libraryErrorOf(message.error) }
    case 'Failed':
      return { _tag: 'Failed', error: libraryErrorOf(message.error) }
  }
}

const textOf = (checkpoint: Checkpoint | null): string | null =>
  checkpoint === null ? null : checkpointText(checkpoint)
