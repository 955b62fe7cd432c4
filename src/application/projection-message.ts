import type { ReadError } from '../ports/event-store'
import type { ViewError, ViewProblem, ViewRole } from '../ports/view-store'
import type { Checkpoint } from './checkpoint'

/**
 * Why a table that is there is of no use.
 *
 * - `none`: there is none yet.
 * - `changed-fold`: another version of the projection made it.
 * - `foreign-ledger`, `rolled-back`: it was made of events that are not in this ledger.
 * - `damaged`: the file could not be read.
 */
export type Unsound = 'none' | 'changed-fold' | 'foreign-ledger' | 'rolled-back' | 'damaged'

/**
 * Why a projection cannot go on.
 *
 * - `PoisonEvent`: an event that cannot be read ends a rebuild; `position` says which.
 * - `StreamReplaced`: a stream goes on from another event than the one it was folded to.
 * - `NewerView`: a newer version of this program made the table.
 */
export type ProjectionError =
  | ReadError
  | ViewError
  | ({ readonly _tag: 'PoisonEvent' } & ViewProblem)
  | { readonly _tag: 'StreamReplaced'; readonly stream: string; readonly revision: bigint }
  | { readonly _tag: 'NewerView'; readonly version: number }

/**
 * What a projection tells of itself, in order.
 *
 * - `Waiting`: another process has the role; this one takes over when that one is gone.
 * - `Anew`: the table is folded from the first event; the old one, if there is one, serves meanwhile.
 * - `Progress`: so many events are folded; `done` of `total` parts of the way are behind.
 * - `Stored`: rows and checkpoint are durable together.
 * - `Unreadable`: an event that cannot be read is noted with the view, which says so.
 * - `Served`: the table that was made is the one that people read now.
 * - `CaughtUp`, `FellBehind`, `Interrupted`: as a subscription says them.
 * - `Failed`: the last message.
 */
export type ProjectionMessage =
  | { readonly _tag: 'Waiting'; readonly role: ViewRole }
  | { readonly _tag: 'Anew'; readonly because: Unsound | 'asked' }
  | {
      readonly _tag: 'Progress'
      readonly events: number
      readonly done: number
      readonly total: number
    }
  | { readonly _tag: 'Stored'; readonly checkpoint: Checkpoint; readonly events: number }
  | { readonly _tag: 'Unreadable'; readonly problem: ViewProblem }
  | { readonly _tag: 'Served' }
  | { readonly _tag: 'CaughtUp'; readonly checkpoint: Checkpoint | null }
  | { readonly _tag: 'FellBehind' }
  | {
      readonly _tag: 'Interrupted'
      readonly error: ReadError | ViewError
      readonly retryInMs: number
    }
  | { readonly _tag: 'Failed'; readonly error: ProjectionError }
