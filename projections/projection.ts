import type { StreamItem } from '../domain/events'

/**
 * A fold of events into a view: pure, so that the same events give the same view anywhere.
 *
 * `version` changes whenever the view's shape or meaning does, so that no snapshot outlives it; a
 * projection of version 0 is never kept. `evolve` leaves the view that it is given as it is.
 */
export type Projection<View> = {
  readonly name: string
  readonly version: number
  readonly initial: View
  readonly evolve: (view: View, item: StreamItem) => View
  /** A view that is the same for all that comes, and smaller: what is stored of it between folds. */
  readonly compact?: (view: View) => View
}
