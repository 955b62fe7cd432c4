import type { EventStore } from '../ports/event-store'
import type { ViewStore } from '../ports/view-store'

/** What projections run on: any ledger, and the views beside it. */
export type ProjectionParts = {
  readonly store: EventStore
  readonly ledgerId: string
  readonly views: ViewStore
}

/** How a projection is run. */
export type ProjectionOptions = {
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal
  /** Whether a table is made although there are events that cannot be read. */
  readonly pastUnreadable: boolean
  /** Events that one page looks at. */
  readonly pageSize?: number
}
