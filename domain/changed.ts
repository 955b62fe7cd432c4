import type { DialingState, OpenAttempt } from './dialing-state'
import type { DialAttempted, Recorded } from './events'

/**
 * The state with some fields changed. Field by field, because `{ ...state }` takes microseconds for
 * an object of this size, and a rebuild folds millions of events.
 */
export const changed = (state: DialingState, change: Partial<DialingState>): DialingState => ({
  revision: change.revision ?? state.revision,
  position: change.position ?? state.position,
  policyChanges: change.policyChanges ?? state.policyChanges,
  unreadable: change.unreadable === undefined ? state.unreadable : change.unreadable,
  readableSince: change.readableSince ?? state.readableSince,
  held: change.held === undefined ? state.held : change.held,
  releasedAt: change.releasedAt ?? state.releasedAt,
  attempt: change.attempt === undefined ? state.attempt : change.attempt,
  settled: change.settled ?? state.settled,
  waits: change.waits ?? state.waits,
  newestWindowId:
    change.newestWindowId === undefined ? state.newestWindowId : change.newestWindowId,
  waivedWindowId:
    change.waivedWindowId === undefined ? state.waivedWindowId : change.waivedWindowId,
  failures: change.failures ?? state.failures,
  lastFailure: change.lastFailure === undefined ? state.lastFailure : change.lastFailure,
  lastEvidence: change.lastEvidence === undefined ? state.lastEvidence : change.lastEvidence,
  countedNotStarted:
    change.countedNotStarted === undefined ? state.countedNotStarted : change.countedNotStarted,
  dials: change.dials ?? state.dials,
  shortSessions: change.shortSessions ?? state.shortSessions,
  lastNonRefusal: change.lastNonRefusal ?? state.lastNonRefusal,
  trace: change.trace ?? state.trace,
})

/** The attempt with some fields changed. */
export const changedAttempt = (
  attempt: OpenAttempt,
  change: Partial<OpenAttempt>,
): OpenAttempt => ({
  supervision: change.supervision ?? attempt.supervision,
  dialer: change.dialer ?? attempt.dialer,
  dialTimeoutSec: change.dialTimeoutSec ?? attempt.dialTimeoutSec,
  startWithinSec: change.startWithinSec ?? attempt.startWithinSec,
  startByCs: change.startByCs ?? attempt.startByCs,
  leaseSec: change.leaseSec === undefined ? attempt.leaseSec : change.leaseSec,
  redialsItself: change.redialsItself ?? attempt.redialsItself,
  owner: change.owner === undefined ? attempt.owner : change.owner,
  supervisor: change.supervisor === undefined ? attempt.supervisor : change.supervisor,
  session: change.session === undefined ? attempt.session : change.session,
  basis: change.basis ?? attempt.basis,
  id: change.id ?? attempt.id,
  revision: change.revision ?? attempt.revision,
  position: change.position ?? attempt.position,
  granted: change.granted ?? attempt.granted,
  host: change.host ?? attempt.host,
  started: change.started ?? attempt.started,
  up: change.up === undefined ? attempt.up : change.up,
  failed: change.failed ?? attempt.failed,
  failureNumber: change.failureNumber ?? attempt.failureNumber,
  reports: change.reports ?? attempt.reports,
  leaseMark: change.leaseMark ?? attempt.leaseMark,
})

/** The attempt that a grant opens. */
export const attemptOf = (
  { id, revision, position, data, metadata }: Recorded<DialAttempted>,
  failureNumber: number,
): OpenAttempt => ({
  supervision: data.supervision,
  dialer: data.dialer,
  dialTimeoutSec: data.dialTimeoutSec,
  startWithinSec: data.startWithinSec,
  startByCs: data.startByCs,
  leaseSec: data.leaseSec,
  redialsItself: data.redialsItself,
  owner: data.owner,
  supervisor: data.supervisor,
  session: data.session,
  basis: data.basis,
  id,
  revision,
  position,
  granted: metadata.appended,
  host: metadata.host,
  started: false,
  up: null,
  failed: false,
  failureNumber,
  reports: [],
  leaseMark: revision,
})
