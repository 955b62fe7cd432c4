import {
  limitDialsMax,
  reportsKeptMax,
  settledKeptMax,
  shortSessionsKeptMax,
  type AttemptReported,
  type DialingState,
  type OpenAttempt,
} from './dialing-state'
import { attemptOf, changed, changedAttempt } from './changed'
import type { LedgerEvent, Recorded, StreamItem } from './events'
import { added, itemsOf, lengthOf, longListOf, type LongList } from './long-list'
import { acceptsPast, policyChangeOf } from './policy-timeline'
import { isSweepDue, keepOnly, traceEvent, type Trace } from './proven-age'
import { addWait, type SeenEvidence, type Wait, type WaitKind } from './retry-window'
import { csOfSec } from './time'

/** Folds one item of a link's stream. */
export const evolveDialing = (state: DialingState, item: StreamItem): DialingState => {
  const { revision, position } = item
  if (item.type === 'Unreadable') {
    return changed(state, { revision, position, unreadable: { revision, problem: item.problem } })
  }
  const next = evolveRecorded(seen(state, item), item)
  return revision === state.revision + 1n
    ? next
    : changed(next, { unreadable: { revision, problem: 'events before it are missing' } })
}

/**
 * The same state without the points of its trace that no age can need from now on: a fold may go on
 * from it as from the other, and it takes a part of the place to store.
 */
export const compactDialing = (state: DialingState): DialingState =>
  changed(state, { trace: keepOnly(state.trace, marksOf(state)) })

/** Notes an event's place and clock. */
const seen = (state: DialingState, event: Recorded): DialingState =>
  changed(state, {
    revision: event.revision,
    position: event.position,
    readableSince: state.revision === -1n ? event.position : state.readableSince,
    lastNonRefusal: isMereRefusal(event) ? state.lastNonRefusal : event.revision,
    trace: traceEvent(shortened(state), {
      revision: event.revision,
      reading: event.metadata.appended,
      kept: isMark(event),
    }),
  })

/** Keeps the trace from growing for ever, at a cost that is spread over many events. */
const shortened = (state: DialingState): Trace =>
  isSweepDue(state.trace) ? keepOnly(state.trace, marksOf(state)) : state.trace

/** Whether ages may have to be told from an event. */
const isMark = (event: LedgerEvent): boolean =>
  !(
    isMereRefusal(event) ||
    event.type === 'DialStarted' ||
    event.type === 'AssociationOpened' ||
    event.type === 'DialObserved'
  )

/** Whether an event only says that a dial was refused, and opens no window (R16). */
const isMereRefusal = (event: LedgerEvent): boolean =>
  event.type === 'DialRefused' && !event.data.deniedBy.some(({ rule }) => rule === 'site-released')

const evolveRecorded = (state: DialingState, event: Recorded): DialingState => {
  switch (event.type) {
    case 'RetryPolicyChanged':
      return changed(state, { policyChanges: [...state.policyChanges, policyChangeOf(event)] })
    case 'DialAttempted':
      return evolveGrant(state, event)
    case 'DialStarted':
      return withAttempt(state, event, (attempt) => changedAttempt(attempt, { started: true }))
    case 'AssociationOpened':
      return evolveOpened(state, event)
    case 'LeaseRenewed':
      return withAttempt(state, event, (attempt) =>
        changedAttempt(attempt, { leaseMark: event.revision }),
      )
    case 'DialNotStarted':
      return evolveNotStarted(state, event)
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
      return evolveEvidence(state, event)
    case 'ConnectionOpenFailed':
    case 'DialAbandoned':
      return settle(evolveEvidence(state, event), event)
    case 'AssociationEnded':
      return evolveEnd(state, event)
    case 'DialRefused':
      return isMereRefusal(event) ? state : withReleasedPast(state, event)
    case 'WindowWaived':
      return changed(state, { waivedWindowId: event.data.windowId })
    case 'LinkHeld':
      return changed(state, { held: { ...event.data, ...whoAndWhen(event) } })
    case 'LinkReleased':
      return evolveRelease(state, event)
    default:
      return state
  }
}

const whoAndWhen = (event: Recorded) => ({
  by: event.metadata.actor,
  at: event.metadata.appended.wall,
})

const withAttempt = (
  state: DialingState,
  event: Recorded,
  change: (attempt: OpenAttempt) => OpenAttempt,
): DialingState =>
  isOfOpenAttempt(state, event) && state.attempt !== null
    ? changed(state, { attempt: change(state.attempt) })
    : state

/** Only events that carry the attempt's id touch it; imports never do (R14). */
const isOfOpenAttempt = (state: DialingState, event: Recorded): boolean =>
  state.attempt !== null &&
  event.metadata.attempt === state.attempt.id &&
  event.metadata.source.kind !== 'import'

const evolveOpened = (
  state: DialingState,
  event: Recorded & { readonly type: 'AssociationOpened' },
): DialingState =>
  withAttempt(state, event, (attempt) =>
    changedAttempt(attempt, {
      started: true,
      up: attempt.up ?? { at: event.metadata.appended, proof: event.data.proof },
    }),
  )

const evolveGrant = (
  state: DialingState,
  event: Recorded & { readonly type: 'DialAttempted' },
): DialingState => {
  const dials = atMostDials(added(state.dials, event.revision))
  return changed(state, { attempt: attemptOf(event, state.failures + 1), dials })
}

/** The newest dials; the oldest are dropped many at a time, because that copies the list. */
const atMostDials = (dials: LongList<bigint>): LongList<bigint> =>
  lengthOf(dials) < limitDialsMax + dialsSpare
    ? dials
    : longListOf(itemsOf(dials).slice(-limitDialsMax))

const dialsSpare = 100

/** Revisions that ages can still be asked of. */
const marksOf = (state: DialingState): ReadonlySet<bigint> =>
  new Set([
    ...itemsOf(state.dials),
    ...state.shortSessions,
    ...state.waits.map((wait) => wait.mark),
    ...(state.attempt === null ? [] : [state.attempt.revision, state.attempt.leaseMark]),
    ...(state.lastEvidence === null ? [] : [state.lastEvidence.mark]),
    ...(state.countedNotStarted === null ? [] : [state.countedNotStarted]),
  ])

/**
 * Closes the open attempt; the windows before its grant are over, unless it was granted in a waived
 * one, which stays open for the time after the waiver (R12).
 */
const settle = (state: DialingState, event: Recorded): DialingState => {
  const attempt = state.attempt
  if (attempt === null || !isOfOpenAttempt(state, event)) return state
  const waits = attempt.basis.waived
    ? state.waits
    : state.waits.filter(
        (wait) => wait.windowId === attempt.id || wait.evidence.revision > attempt.revision,
      )
  return changed(settledBy(state, event), { waits })
}

/** Closes the open attempt; a waiver given during it does not reach the window that follows. */
const settledBy = (state: DialingState, event: Recorded, isNoDial = false): DialingState => {
  const attempt = state.attempt
  if (attempt === null) return state
  const { id, position, failed, failureNumber } = attempt
  const reports = withReport(attempt.reports, event)
  const entry = { id, position, failed, isNoDial, failureNumber, reports }
  return changed(state, {
    attempt: null,
    settled: [...state.settled, entry].slice(-settledKeptMax),
    waivedWindowId: state.waivedWindowId === id ? null : state.waivedWindowId,
  })
}

const withReport = (
  reports: ReadonlyArray<AttemptReported>,
  { data, metadata }: Recorded,
): ReadonlyArray<AttemptReported> => {
  const report = { code: 'code' in data ? data.code : null, occurred: metadata.occurred }
  return [...reports, report].slice(-reportsKeptMax)
}

/** Failure evidence: opens a window or extends the one it belongs to, and counts once (R3, R4). */
const evolveEvidence = (state: DialingState, event: Recorded): DialingState => {
  const episode = episodeOf(state, event)
  const abandoned =
    event.type === 'DialAbandoned' && isOfOpenAttempt(state, event) ? state.attempt : null
  const wait: Wait = {
    windowId: episode.windowId,
    kind: 'failure',
    mark: abandoned?.revision ?? event.revision,
    lessCs: csOfSec(abandoned?.dialTimeoutSec ?? 0),
    since: episode.since,
    failureNumber: episode.failureNumber,
    evidence: seenEvidenceOf(event),
    statedMs: statedMsOf(event),
  }
  const next = withWait(state, wait)
  return changed(markFailed(next, event, episode.failureNumber), {
    failures: episode.counts ? episode.failureNumber : state.failures,
    lastFailure: wait.evidence,
    lastEvidence: { mark: event.revision, windowId: wait.windowId },
  })
}

type Episode = {
  readonly windowId: string
  readonly since: bigint
  readonly failureNumber: number
  readonly counts: boolean
}

const episodeOf = (state: DialingState, event: Recorded): Episode => {
  const isImport = event.metadata.source.kind === 'import'
  const attemptId = isImport ? undefined : event.metadata.attempt
  if (attemptId !== undefined) return episodeOfAttempt(state, event, attemptId)
  const named = isImport ? importedWindowOf(state) : namedEpisodeOf(event)
  const counts = !isImport && typeof named !== 'string'
  const earlier = state.waits.findLast((wait) => wait.windowId === named)
  return {
    windowId: named ?? event.id,
    since: earlier?.since ?? event.position,
    failureNumber: counts ? state.failures + 1 : Math.max(1, state.failures),
    counts,
  }
}

const namedEpisodeOf = (event: Recorded): string | null =>
  'episode' in event.data ? (event.data.episode ?? null) : null

/** Imported evidence that follows imported evidence is of one window: it ages from its append. */
const importedWindowOf = (state: DialingState): string | null => {
  const last = state.waits.at(-1)
  return last === undefined || last.statedMs === null ? null : last.windowId
}

const episodeOfAttempt = (state: DialingState, event: Recorded, windowId: string): Episode => {
  const open = state.attempt?.id === windowId ? state.attempt : null
  const known = open ?? state.settled.find((attempt) => attempt.id === windowId)
  const counts = known !== undefined && !known.failed
  return {
    windowId,
    since: known?.position ?? event.position,
    failureNumber: counts
      ? state.failures + 1
      : Math.max(1, known?.failureNumber ?? state.failures),
    counts,
  }
}

const markFailed = (state: DialingState, event: Recorded, failureNumber: number): DialingState => {
  const { attempt: id, source } = event.metadata
  if (id === undefined || source.kind === 'import') return state
  const markOf = ({ reports }: Pick<OpenAttempt, 'reports'>) => ({
    failed: true,
    failureNumber,
    reports: withReport(reports, event),
  })
  if (state.attempt?.id === id) {
    return changed(state, { attempt: changedAttempt(state.attempt, markOf(state.attempt)) })
  }
  // It was a dial after all, as late as anybody knows: its grant may not be asked for its age any more.
  const isDial = state.settled.some((attempt) => attempt.id === id && attempt.isNoDial)
  const dials = isDial ? atMostDials(added(state.dials, event.revision)) : state.dials
  const settled = state.settled.map((attempt) =>
    attempt.id === id ? { ...attempt, ...markOf(attempt), isNoDial: false } : attempt,
  )
  const waits = isDial ? waitsOfFailure(state.waits, id, failureNumber) : state.waits
  return changed(state, { settled, dials, waits })
}

/** The waits of an attempt that was no dial, as those of a failure: evidence that is exempt opens none itself. */
const waitsOfFailure = (
  waits: ReadonlyArray<Wait>,
  attempt: string,
  failureNumber: number,
): ReadonlyArray<Wait> =>
  waits.map((wait) =>
    wait.windowId === attempt
      ? {
          ...wait,
          kind: 'failure' as const,
          failureNumber: Math.max(wait.failureNumber, failureNumber),
        }
      : wait,
  )

/** Adds a wait of an episode; a waiver dies when it belongs to another window (R12). */
const withWait = (state: DialingState, wait: Wait): DialingState => {
  const next = addedWait(state, wait)
  return changed(next, {
    newestWindowId: wait.windowId,
    waivedWindowId: wait.windowId === next.waivedWindowId ? next.waivedWindowId : null,
  })
}

const seenEvidenceOf = (event: Recorded): SeenEvidence => ({
  id: event.id,
  revision: event.revision,
  type: event.type,
  origin: 'origin' in event.data ? event.data.origin : 'gate',
  code: 'code' in event.data ? event.data.code : null,
  at: event.metadata.stated ?? event.metadata.appended.wall,
})

const statedMsOf = (event: Recorded): number | null =>
  event.metadata.source.kind === 'import' && event.metadata.stated !== undefined
    ? Date.parse(event.metadata.stated)
    : null

const evolveNotStarted = (
  state: DialingState,
  event: Recorded & { readonly type: 'DialNotStarted' },
): DialingState => {
  const settles = isOfOpenAttempt(state, event) ? state.attempt : null
  if (settles?.failed === true) return settledBy(evolveEvidence(state, event), event)
  const notADial = settles === null ? state : withoutDial(state, settles.revision)
  const counts = event.data.counts && event.metadata.source.kind !== 'import'
  const failures = counts ? state.failures + 1 : state.failures
  const wait: Wait = {
    windowId: settles?.id ?? event.data.episode ?? event.id,
    kind: 'not-started',
    mark: event.revision,
    lessCs: 0,
    since: settles?.position ?? event.position,
    failureNumber: Math.max(1, failures),
    evidence: seenEvidenceOf(event),
    statedMs: statedMsOf(event),
  }
  const next = changed(addedWait(notADial, wait), {
    failures,
    lastFailure: wait.evidence,
    countedNotStarted: counts ? event.revision : state.countedNotStarted,
  })
  // Evidence that comes later makes it a failure, but not a second one (R8).
  return settles === null
    ? next
    : settledBy(
        changed(next, {
          attempt: changedAttempt(settles, {
            failed: counts,
            failureNumber: wait.failureNumber,
          }),
        }),
        event,
        true,
      )
}

/**
 * Adds a wait and leaves the waiver alone: a dial that never started begins no episode. But a
 * waiver does not reach a window that had to be merged into the waived one.
 */
const addedWait = (state: DialingState, wait: Wait): DialingState => {
  const waits = addWait(state.waits, wait)
  const isMerged = (other: Wait) =>
    other.windowId === state.waivedWindowId &&
    other.windowId !== wait.windowId &&
    !state.waits.includes(other)
  const waivedWindowId = waits.some(isMerged) ? null : state.waivedWindowId
  return changed(state, { waits, waivedWindowId })
}

const withoutDial = (state: DialingState, revision: bigint): DialingState =>
  changed(state, {
    dials: longListOf(itemsOf(state.dials).filter((dial) => dial !== revision)),
  })

const evolveEnd = (
  state: DialingState,
  event: Recorded & { readonly type: 'AssociationEnded' },
): DialingState => {
  const { abnormal, resets, short, window } = event.data
  const attempt = isOfOpenAttempt(state, event) ? state.attempt : null
  const begun =
    resets && attempt !== null
      ? changed(state, { failures: 0, attempt: changedAttempt(attempt, { failed: false }) })
      : state
  const counted = abnormal ? evolveEvidence(begun, event) : begun
  if (attempt === null) return counted
  const shortSessions = short
    ? [...state.shortSessions, attempt.revision].slice(-shortSessionsKeptMax)
    : state.shortSessions
  const ended = changed(settle(counted, event), { shortSessions })
  return abnormal || window === 'none' || window === 'failure'
    ? ended
    : withWait(ended, gentleWait(ended, event, { kind: window, since: attempt.position }))
}

/** A wait that counts as no failure. */
const gentleWait = (
  state: DialingState,
  event: Recorded,
  how: { readonly kind: WaitKind; readonly since: bigint },
): Wait => ({
  windowId: event.metadata.attempt ?? event.id,
  kind: how.kind,
  mark: event.revision,
  lessCs: 0,
  since: how.since,
  failureNumber: Math.max(1, state.failures),
  evidence: seenEvidenceOf(event),
  statedMs: null,
})

const evolveRelease = (
  state: DialingState,
  event: Recorded & { readonly type: 'LinkReleased' },
): DialingState => {
  const released = changed(state, { held: null, failures: 0, releasedAt: event.position })
  return acceptsPast(event.data.past, state.unreadable)
    ? withReleasedPast(changed(released, { unreadable: null }), event)
    : released
}

/** What could not be read is accepted after one full interval from here on (R16). */
const withReleasedPast = (state: DialingState, event: Recorded): DialingState =>
  withWait(
    changed(state, { readableSince: event.position }),
    gentleWait(state, event, { kind: 'released-past', since: event.position }),
  )
