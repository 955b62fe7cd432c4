import type { DialAttempted } from './events'
import { emptyLongList, type LongList } from './long-list'
import type { Hold, PolicyChange } from './policy-timeline'
import { emptyTrace, type Trace } from './proven-age'
import type { SeenEvidence, Wait } from './retry-window'
import type { ClockReading } from './time'

/** A report about an attempt that was recorded: the same report again adds nothing (G18). */
export type AttemptReported = { readonly code: number | null; readonly occurred: ClockReading }

/** An attempt that nothing has settled yet. */
export type OpenAttempt = DialAttempted['data'] & {
  readonly id: string
  readonly revision: bigint
  readonly position: bigint
  readonly granted: ClockReading
  readonly host: string
  readonly started: boolean
  readonly up: {
    readonly at: ClockReading
    readonly proof: 'output' | 'exit' | 'alive' | 'record'
  } | null
  /** Whether failure evidence carries its id; such an attempt is a failure however it ends (R8). */
  readonly failed: boolean
  readonly failureNumber: number
  readonly reports: ReadonlyArray<AttemptReported>
  /** Revision of the grant or of the latest lease renewal. */
  readonly leaseMark: bigint
}

/** What is remembered of a settled attempt, for reports that come late (R14). */
export type SettledAttempt = {
  readonly id: string
  readonly position: bigint
  readonly failed: boolean
  /** Settled as one that never started; evidence that comes later says that it did (R8). */
  readonly isNoDial: boolean
  readonly failureNumber: number
  readonly reports: ReadonlyArray<AttemptReported>
}

/** Everything that decides whether a link may be dialed. It is the view of `retry-windows`. */
export type DialingState = {
  readonly revision: bigint
  readonly position: bigint
  readonly policyChanges: ReadonlyArray<PolicyChange>
  readonly unreadable: { readonly revision: bigint; readonly problem: string } | null
  /** Position of the link's first event, or from which on it last waited out a release (R16). */
  readonly readableSince: bigint
  readonly held: Hold | null
  /** Position of the link's latest release; -1: it never was released. */
  readonly releasedAt: bigint
  readonly attempt: OpenAttempt | null
  readonly settled: ReadonlyArray<SettledAttempt>
  readonly waits: ReadonlyArray<Wait>
  readonly newestWindowId: string | null
  readonly waivedWindowId: string | null
  readonly failures: number
  readonly lastFailure: SeenEvidence | null
  readonly lastEvidence: { readonly mark: bigint; readonly windowId: string } | null
  readonly countedNotStarted: bigint | null
  /** Grants that were no `DialNotStarted`, newest last: for rolling limits and the probe (R7, R9). */
  readonly dials: LongList<bigint>
  /** Grants of the latest short sessions, newest last (R6). */
  readonly shortSessions: ReadonlyArray<bigint>
  readonly lastNonRefusal: bigint
  readonly trace: Trace
}

/** A link that nothing is known of. */
export const initialDialing: DialingState = {
  revision: -1n,
  position: -1n,
  policyChanges: [],
  unreadable: null,
  readableSince: -1n,
  held: null,
  releasedAt: -1n,
  attempt: null,
  settled: [],
  waits: [],
  newestWindowId: null,
  waivedWindowId: null,
  failures: 0,
  lastFailure: null,
  lastEvidence: null,
  countedNotStarted: null,
  dials: emptyLongList,
  shortSessions: [],
  lastNonRefusal: -1n,
  trace: emptyTrace,
}

/** Most dials that a rolling limit can look back on; a policy with a higher `max` is invalid. */
export const limitDialsMax = 1000
/** Most short sessions that are remembered; a policy with a higher `shortSessionsMax` is invalid. */
export const shortSessionsKeptMax = 32
/** How many reports about one attempt are remembered. */
export const reportsKeptMax = 8
/** How many settled attempts are remembered for late reports (R14). */
export const settledKeptMax = 8
