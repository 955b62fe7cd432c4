import type { TaskEither } from 'fp-ts/TaskEither'
import type { AppendError, EventStore, SealedEvent } from './event-store'

/** The ledger whose copy is wanted: its id, and the event that it begins with. */
export type LedgerOrigin = { readonly ledgerId: string; readonly created: SealedEvent }

/**
 * Where a ledger is copied to. Until it is complete no other command takes it for a ledger, so that
 * nothing is granted on half of one, whatever the order in which the holds of the source come.
 */
export type CopyTarget = {
  readonly store: EventStore
  /** Whether it is complete already: what an earlier copy made, to which the rest is added. */
  readonly isLedger: boolean
  /** How many appends may be under way so that they are still stored in the order of asking. */
  readonly appendsAtOnce: number
  /** Makes a ledger of what was copied; nothing is left to do when it is one. */
  readonly complete: () => TaskEither<AppendError, void>
  readonly close: () => Promise<void>
}
