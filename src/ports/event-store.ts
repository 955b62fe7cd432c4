import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { TaskEither } from 'fp-ts/TaskEither'

/** Where an append must find its stream: empty, or ending at this revision. */
export type ExpectedRevision = 'no_stream' | bigint

/**
 * An event ready to be stored: `data` and `metadata` are RFC 8785 texts that the codec made against
 * the stream's head. Adapters store what they get.
 */
export type SealedEvent = {
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** A stored event with its place: `revision` dense in its stream from 0, `position` ordered. */
export type RecordedEvent = SealedEvent & {
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
}

/** Where an append ended up. `repeated`: the same events were there already, nothing was added. */
export type Appended = {
  /** Revision of the last event of the append. */
  readonly revision: bigint
  /** Position of the last event of the append. */
  readonly position: bigint
  readonly repeated: boolean
}

/**
 * Why nothing, or nothing certain, was appended.
 *
 * - `Conflict`: the stream ends elsewhere (`actual`), and these events are not there.
 * - `TooLarge`: an event exceeds {@link eventBytesMax}.
 * - `InvalidEvent`: a text that cannot be stored and read back the same (lone surrogate, NUL).
 * - `Unavailable`: certainly not appended; another try may succeed.
 * - `UnknownOutcome`: nobody knows; repeat the same bytes at the same revision until there is an answer.
 * - `Denied`: the store does not let us write.
 * - `Corrupt`: the store is damaged; nothing was appended.
 */
export type AppendError =
  | { readonly _tag: 'Conflict'; readonly stream: string; readonly actual: ExpectedRevision }
  | { readonly _tag: 'TooLarge'; readonly bytes: number; readonly bytesMax: number }
  | { readonly _tag: 'InvalidEvent'; readonly why: string }
  | { readonly _tag: 'Unavailable'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'UnknownOutcome'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'Denied'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'Corrupt'; readonly why: string; readonly cause?: unknown }

/** Why a page could not be read. */
export type ReadError = Extract<AppendError, { _tag: 'Unavailable' | 'Denied' | 'Corrupt' }>

/** Some events, and the revision or position to go on from; null: the end was reached. */
export type Page = {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly next: bigint | null
}

/** What part of one stream to read; `from` is inclusive in either direction, `end`: the newest. */
export type StreamRange = {
  readonly stream: string
  readonly direction: 'forwards' | 'backwards'
  readonly from: bigint | 'start' | 'end'
  readonly limit: number
}

/** What part of the ledger to read, oldest first; `after` is exclusive, null: from the start. */
export type LedgerRange = {
  readonly after: bigint | null
  /** Categories (`link`, `site`, `source`) to keep; null: all. */
  readonly categories: ReadonlyArray<string> | null
  readonly limit: number
}

/** The last event of a stream; its envelope names the hash of everything before it. */
export type NewestEvent = Pick<RecordedEvent, 'id' | 'revision' | 'metadata'>

/** Bytes that the data and metadata of one event may have together. */
export const eventBytesMax = 256 * 1024

/** The append-only store of events, as the application needs it. */
export interface EventStore {
  readonly append: (
    stream: string,
    expected: ExpectedRevision,
    events: NonEmptyArray<SealedEvent>,
  ) => TaskEither<AppendError, Appended>
  readonly readStream: (range: StreamRange) => TaskEither<ReadError, Page>
  readonly readAll: (range: LedgerRange) => TaskEither<ReadError, Page>
  /** Which event a stream ends with, told without reading what it says; null: there is no such stream. */
  readonly newest: (stream: string) => TaskEither<ReadError, NewestEvent | null>
  /** The position behind which nothing is stored yet; null: nothing is stored at all. */
  readonly end: TaskEither<ReadError, bigint | null>
  /** Names of the streams of a category, in order of their first event. */
  readonly streams: (category: string) => TaskEither<ReadError, ReadonlyArray<string>>
  /** Calls `wake` whenever there may be more events; gives the function that stops it. */
  readonly changes: (wake: () => void) => () => void
  readonly close: () => Promise<void>
}
