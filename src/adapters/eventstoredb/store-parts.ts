import type { ClientHolder } from './client-holder'
import type { StreamEnds } from './stream-ends'

/** How long to wait for what, in milliseconds. */
export type EventStoreDbPatience = {
  /** For the answer to an append. */
  readonly appendMs: number
  /** For a read to begin and to go on. */
  readonly readMs: number
  /** Between the tries of a subscription that ended, at first and at most. */
  readonly retryMs: number
  readonly retryMaxMs: number
}

/** The patience of a store that nobody asked for another. */
export const usualPatience: EventStoreDbPatience = {
  appendMs: 5_000,
  readMs: 10_000,
  retryMs: 200,
  retryMaxMs: 10_000,
}

/** What the operations of one store share. */
export type StoreParts = {
  readonly clients: ClientHolder
  readonly patience: EventStoreDbPatience
  /** Categories that belong to the ledger; what else the server holds is not seen. */
  readonly categories: ReadonlyArray<string>
  readonly ends: StreamEnds
  /** Called after an append of this process. */
  readonly appended: () => void
}
