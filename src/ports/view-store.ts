import type { TaskEither } from 'fp-ts/TaskEither'
import type { Row, Table } from '../../projections/table-projection'

/** Which of a projection's tables: the one that people read, one in the making, one to compare. */
export type ViewSlot = 'served' | 'next' | 'check'

/** What somebody does to a view; each by one process at a time. */
export type ViewRole = 'run' | 'rebuild' | 'verify'

/**
 * Why views cannot be read or written. The ledger is not touched by any of it.
 *
 * - `ViewsUnavailable`: another try may succeed.
 * - `ViewsDenied`: this user may not write there.
 * - `ViewsDamaged`: the file was damaged and is gone now; everything in it can be folded again.
 * - `Superseded`: another runner took this one's place; it writes no more.
 * - `ViewMoved`: another table was put in the place of the one that was to be written.
 */
export type ViewError =
  | { readonly _tag: 'ViewsUnavailable'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'ViewsDenied'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'ViewsDamaged'; readonly why: string; readonly cause?: unknown }
  | { readonly _tag: 'Superseded'; readonly why: string }
  | { readonly _tag: 'ViewMoved'; readonly why: string }

/** A role that this process has until it releases it or ends; `epoch` rises with each that had it. */
export type ViewClaim = {
  readonly projection: string
  readonly role: ViewRole
  readonly epoch: number
  readonly release: () => void
}

/**
 * How far a fold of each stream by itself, up to one position, has come: streams that are done, and
 * the last of them.
 */
export type BulkMark = { readonly until: bigint; readonly done: number; readonly last: string }

/** What a table of a view is true at. `generation` names the table: no two have the same. */
export type ViewStanding = {
  readonly generation: number
  readonly version: number
  readonly ledgerId: string
  /** The text of a checkpoint; null: before the first event. */
  readonly checkpoint: string | null
  /** Null once every stream was folded up to the checkpoint. */
  readonly bulk: BulkMark | null
}

/** The state of a fold of one stream: up to an event with this hash. */
export type StoredState = {
  readonly stream: string
  readonly revision: bigint
  readonly head: string
  readonly state: string
}

/** Something in a stream that cannot be read, and so a view that cannot be relied on there. */
export type ViewProblem = {
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
  readonly problem: string
}

/** What one transaction writes: rows and what they are true at, together. */
export type ViewChange = {
  /** Links whose rows are removed before any is written. */
  readonly cleared: ReadonlyArray<string> | 'all'
  readonly rows: ReadonlyArray<Row>
  readonly states: ReadonlyArray<StoredState>
  readonly problems: ReadonlyArray<ViewProblem>
  /** What could not be read of a stream up to a revision was accepted (R16). */
  readonly accepted: ReadonlyArray<{ readonly stream: string; readonly past: bigint }>
  readonly checkpoint: { readonly text: string; readonly position: bigint } | null
  readonly bulk: BulkMark | null
}

/** The table of a projection's version. */
export type TableVersion = {
  readonly name: string
  readonly version: number
  readonly table: Table
}

/** Where a claim's holder writes: one table, and no other that came in its place. */
export type ViewTarget = TableVersion & {
  readonly slot: ViewSlot
  readonly generation: number
  readonly claim: ViewClaim
}

/** Rows that are in one of two tables and not in the other; `more`: how many were not listed. */
export type ViewDifferences = {
  readonly onlyServed: ReadonlyArray<Row>
  readonly onlyFresh: ReadonlyArray<Row>
  readonly more: number
}

/** Tables of views in a file beside the ledger, each with its checkpoint. */
export interface ViewStore {
  /** Where the tables are. */
  readonly path: string
  /** Takes a role; null: another process, or another runner in this one, has it. */
  readonly claim: (projection: string, role: ViewRole) => TaskEither<ViewError, ViewClaim | null>
  readonly standing: (
    projection: string,
    slot: ViewSlot,
  ) => TaskEither<ViewError, ViewStanding | null>
  /** Makes the empty table of a slot, in the place of any that is there. */
  readonly begin: (
    table: TableVersion,
    place: { readonly slot: ViewSlot; readonly claim: ViewClaim },
    at: { readonly ledgerId: string } & Pick<ViewChange, 'checkpoint' | 'bulk'>,
  ) => TaskEither<ViewError, ViewStanding>
  readonly states: (
    target: ViewTarget,
    streams: ReadonlyArray<string>,
  ) => TaskEither<ViewError, ReadonlyArray<StoredState>>
  /** Some of all states, in the order of their streams' names, from after one on. */
  readonly statesAfter: (
    target: ViewTarget,
    stream: string,
    limit: number,
  ) => TaskEither<ViewError, ReadonlyArray<StoredState>>
  readonly write: (target: ViewTarget, change: ViewChange) => TaskEither<ViewError, void>
  /**
   * Puts the `next` table in the place of the served one. False: that one is of the same version and
   * ledger and has come further; positions tell so only if both are of this very store (`isComparable`).
   */
  readonly serve: (target: ViewTarget, isComparable: boolean) => TaskEither<ViewError, boolean>
  /** Compares two tables that are true at one place; null: they are not. */
  readonly differences: (
    target: ViewTarget,
    listedMax: number,
  ) => TaskEither<ViewError, ViewDifferences | null>
  readonly drop: (target: ViewTarget) => TaskEither<ViewError, void>
  readonly close: () => Promise<void>
}
