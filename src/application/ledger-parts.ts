import type * as TE from 'fp-ts/TaskEither'
import type { Projection } from '../../projections/projection'
import type { Clock } from '../ports/clock'
import type { StreamHead } from '../adapters/codec'
import type { EventStore, ReadError } from '../ports/event-store'

/** A stream's view, and the head that the next event is chained to. */
export type FoldedStream<View> = { readonly view: View; readonly head: StreamHead }

/** Folds one stream to its end: its snapshot if there is a sound one, then the tail's pages. */
export type FoldStream = <View>(
  projection: Projection<View>,
  stream: string,
) => TE.TaskEither<ReadError, FoldedStream<View>>

/** What was folded of a stream, and the uptime before any of it was read. */
export type RecalledStream<View> = {
  readonly folded: FoldedStream<View>
  readonly readFromCs: number
}

/** What was folded of a stream last, if anything, without asking the store. */
export type RecallStream = <View>(
  projection: Projection<View>,
  stream: string,
) => RecalledStream<View> | undefined

/** Everything that the application needs of one opened ledger and of this host. */
export type LedgerParts = {
  readonly store: EventStore
  readonly fold: FoldStream
  /** Where reading costs a way to a server and back; see {@link recallLink} for what it is good for. */
  readonly recall?: RecallStream
  readonly clock: Clock
  readonly host: string
  readonly actor: string
  readonly newId: () => string
  /** The first 6 bytes of SHA-256 of a text, as an integer (R10). */
  readonly draw: (text: string) => number
  readonly sleepMs: (ms: number) => Promise<void>
  /** The lease of a supervised dial whose policy names none, where hosts share the ledger (R5). */
  readonly sharedLeaseSec?: number
}
