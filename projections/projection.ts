import type { StreamItem } from '../domain/events'

/** A fold of events into a view. `version` changes whenever the view's shape or meaning does. */
export type Projection<View> = {
  readonly name: string
  readonly version: number
  readonly initial: View
  readonly evolve: (view: View, item: StreamItem) => View
}
