import type { Faults } from './faults'
import type { FakeLog } from './fake-log'

/** What the services of one node work on. */
export type FakeNode = {
  readonly log: FakeLog
  readonly faults: Faults
  /** Resolves at once, or once the node is no longer frozen; false: it died meanwhile. */
  readonly thawed: () => Promise<boolean>
  /** What was seen of clients, for tests to ask. */
  readonly seen: Seen
}

/** What a node counts. */
export type Seen = {
  appends: number
  reads: number
  readonly openReads: Set<object>
  capabilityCalls: number
}
