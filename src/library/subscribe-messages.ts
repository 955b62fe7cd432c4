import type { LedgerEvent, Recorded, UnreadableEvent } from '../../domain/events'
import type { CheckpointError } from '../application/checkpoint'
import type { LibraryError } from './library-error'

/** Where a subscriber keeps how far it has come; what these throw becomes a value. */
export type CheckpointStore = {
  /** What was saved last; null: nothing yet. */
  readonly load: () => Promise<string | null>
  readonly save: (checkpoint: string) => Promise<void>
}

/** The types of events. */
export type EventType = LedgerEvent['type']

/** What to subscribe to. */
export type SubscribeOptions<Type extends EventType = EventType> = {
  /** A page's `checkpoint`, exclusive. With `checkpoint` it counts while nothing is kept there. */
  readonly after?: string
  /** Only what is in the stream of this link. */
  readonly link?: string
  /** Only events of these types; such an event that cannot be decoded is told as `Unreadable`. */
  readonly types?: ReadonlyArray<Type>
  /** Where `page.commit()` keeps how far it has come, and where it goes on: a file, or your own. */
  readonly checkpoint?: string | CheckpointStore
  /** Ends the subscription, also while it waits. */
  readonly signal?: AbortSignal
}

/** An event of one of these types, as it was read. */
export type EventOf<Type extends EventType> = Type extends EventType
  ? Recorded<Extract<LedgerEvent, { readonly type: Type }>>
  : never

/** What became of a commit. */
export type Committed =
  | { readonly _tag: 'Committed'; readonly checkpoint: string }
  | { readonly _tag: 'NotCommitted'; readonly why: string }

/** Why a subscription cannot begin, or go on. */
export type SubscribeError =
  LibraryError | CheckpointError | { readonly _tag: 'CheckpointUnavailable'; readonly why: string }

/**
 * What a subscriber is told, in order.
 *
 * - `Page`: the wanted ones of some events, none perhaps, and never half of what was appended at once.
 * - `CaughtUp`: everything that was there has been told; what follows is live.
 * - `FellBehind`: there is more than a page to catch up with again.
 * - `Interrupted`: the ledger cannot be read; it is tried again after `retryInMs`.
 * - `Failed`: it cannot go on; the last message.
 */
export type LedgerMessage<Type extends EventType = EventType> =
  | LedgerPage<Type>
  | { readonly _tag: 'CaughtUp'; readonly checkpoint: string | null }
  | { readonly _tag: 'FellBehind' }
  | { readonly _tag: 'Interrupted'; readonly error: LibraryError; readonly retryInMs: number }
  | { readonly _tag: 'Failed'; readonly error: SubscribeError }

/** Some events, and the place right behind all that this page looked at. */
export type LedgerPage<Type extends EventType = EventType> = {
  readonly _tag: 'Page'
  readonly events: ReadonlyArray<EventOf<Type> | UnreadableEvent>
  /** A text to keep, as it is, for `after`. */
  readonly checkpoint: string
  /** Keeps the checkpoint: a subscription with the same `checkpoint` goes on right behind this page. */
  readonly commit: () => Promise<Committed>
}
