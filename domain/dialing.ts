import * as E from 'fp-ts/Either'
import {
  askedOf,
  isUnreadable,
  jitterCsOf,
  needsAnchor,
  openWaitsOf,
  policyOf,
  refusalOf,
  revisionsOf,
  sourcesOf,
  type DialingContext,
  type Judged,
  type Refusal,
} from './dial-denials'
import { evolveDialing } from './dialing-evolve'
import type { AttemptReported, DialingState, OpenAttempt } from './dialing-state'
import type { DraftEvent, Evidence, LedgerEvent, OwnerProcess, Supervision } from './events'
import { policiesSince } from './policy-timeline'
import { intervalSecOf, type PolicyFields, type RetryPolicy } from './policy'
import { elapsedCsAtMost, provenCsBetween } from './proven-age'
import { ageCsOf, requiredSecOf } from './retry-window'
import { csOfSec, eqClock, provenSpanCs, type ClockReading } from './time'

/** What is asked of a link, or reported about it. Ids and facts about processes come from outside. */
export type DialingCommand =
  | {
      readonly type: 'RequestDial'
      readonly attempt: string
      readonly supervision: Supervision
      readonly dialer: string
      readonly redialsItself: boolean
      readonly owner: OwnerProcess | null
      /** What this kernel can tell of the unsettled attempt; null when there is none. */
      readonly judgement: Judged
      readonly lockHeld: boolean
    }
  | { readonly type: 'ReportStarted'; readonly attempt: string; readonly pid: number | null }
  | {
      readonly type: 'ReportUp'
      readonly attempt: string
      readonly proof: 'output' | 'exit' | 'alive' | 'record'
    }
  | { readonly type: 'RenewLease'; readonly attempt: string }
  | ({
      readonly type: 'SettleAttempt'
      readonly attempt: string
      readonly started: boolean
      readonly normal: boolean
      readonly reason: string
    } & Evidence)
  | ({ readonly type: 'RecordEvidence'; readonly attempt: string | null } & RecordedFact)
  | { readonly type: 'WaiveWindow'; readonly windowId: string | null; readonly reason: string }
  | { readonly type: 'HoldLink'; readonly reason: string }
  | { readonly type: 'ReleaseLink'; readonly reason: string; readonly past: bigint | null }
  | {
      readonly type: 'ChangePolicy'
      readonly set: PolicyFields
      readonly unset: ReadonlyArray<keyof RetryPolicy>
      readonly reason: string
    }

/** What a hook or watcher saw, in the words of `record`. */
export type RecordedFact = {
  readonly fact:
    | 'dial'
    | 'ras-error'
    | 'connection-error'
    | 'open-failed'
    | 'not-started'
    | 'up'
    | 'down'
    | 'down-abnormal'
  readonly code: number | null
}

/** Why a command cannot be carried out, in descending precedence. */
export type DialingRejection =
  | { readonly _tag: 'LinkUnreadable'; readonly revision: bigint }
  | { readonly _tag: 'AttemptNotOpen'; readonly attempt: string }
  | { readonly _tag: 'AttemptAbandoned'; readonly attempt: string }
  | { readonly _tag: 'AttemptSupervised'; readonly attempt: string }
  | { readonly _tag: 'NoOpenWindow' }
  | { readonly _tag: 'WindowNotOpen'; readonly windowId: string }

/** What a command leads to; `refusal` null on a request: its last event is the grant. */
export type DialingDecision = {
  readonly events: ReadonlyArray<DraftEvent>
  readonly refusal: Refusal | null
}

/** Decides a command against a link's state; never dials by itself. */
export const decideDialing = (
  context: DialingContext,
  command: DialingCommand,
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  switch (command.type) {
    case 'RequestDial':
      return E.right(decideRequest(context, command, state))
    case 'ReportStarted':
      return decideStarted(command, state)
    case 'ReportUp':
      return decideUp(context, command, state)
    case 'RenewLease':
      return state.attempt?.id === command.attempt
        ? decided(draft(command.attempt, { type: 'LeaseRenewed', data: {} }, 'random'))
        : E.left({ _tag: 'AttemptNotOpen', attempt: command.attempt })
    case 'SettleAttempt':
      return decideSettlement(context, command, state)
    case 'RecordEvidence':
      return decideRecord(context, command, state)
    case 'WaiveWindow':
      return decideWaiver(context, command, state)
    case 'HoldLink':
      return decided(plain({ type: 'LinkHeld', data: { reason: command.reason } }))
    case 'ReleaseLink':
      return decideRelease(context, command, state)
    case 'ChangePolicy':
      return decided(
        plain({
          type: 'RetryPolicyChanged',
          data: {
            set: command.set,
            unset: command.unset,
            reason: command.reason,
            effectiveFrom: null,
          },
        }),
      )
  }
}

const decided = (...events: ReadonlyArray<DraftEvent>): E.Either<never, DialingDecision> =>
  E.right({ events, refusal: null })

const plain = (event: LedgerEvent): DraftEvent => ({ ...event, idFrom: 'random' })

const draft = (
  attempt: string,
  event: LedgerEvent,
  idFrom: DraftEvent['idFrom'] = 'outcome',
): DraftEvent => ({ ...event, attempt, idFrom })

type RequestDial = DialingCommand & { readonly type: 'RequestDial' }

const decideRequest = (
  context: DialingContext,
  command: RequestDial,
  state: DialingState,
): DialingDecision => {
  const losses =
    state.attempt === null ? [] : lossesOf(context, command, { state, attempt: state.attempt })
  const after = losses.reduce((before, event) => applied(before, event, context.now), state)
  const { judgement } = command
  const refusal = refusalOf(context, after, { judgement, lockHeld: isLocked(command, after) })
  if (refusal !== null) {
    const anchor = needsAnchor(context, after)
      ? [plain({ type: 'DialRefused', data: refusedDataOf(refusal) })]
      : []
    return { events: [...losses, ...anchor], refusal }
  }
  return { events: [...losses, grantOf(context, command, after)], refusal: null }
}

/** A link that is up says enough by that. */
const isLocked = ({ lockHeld, judgement }: RequestDial, { attempt }: DialingState): boolean =>
  lockHeld || (judgement === 'held' && attempt?.up === null)

const refusedDataOf = (refusal: Refusal) => ({
  deniedBy: refusal.deniedBy,
  retryAfterSec: refusal.retryAfterSec,
})

/** The state after a draft, as if it were appended now: for deciding on what it leads to. */
const applied = (state: DialingState, event: DraftEvent, now: ClockReading): DialingState => {
  const { idFrom: _idFrom, attempt, ...fact } = event
  return evolveDialing(state, {
    ...fact,
    id: 'pending',
    stream: '',
    revision: state.revision + 1n,
    position: state.position + 1n,
    metadata: {
      schema: 1,
      occurred: now,
      appended: now,
      host: '',
      source: { kind: 'gate' },
      actor: '',
      prev: '',
      ...(attempt === undefined ? {} : { attempt }),
    },
  })
}

/**
 * What must be recorded of an unsettled attempt before anything else is decided (R5). While its
 * dialer is stuck the attempt stays open, so that the next request looks for it again; and nothing
 * is settled on a stream that cannot be read, where the settlement may be what is unreadable.
 */
const lossesOf = (
  context: DialingContext,
  command: RequestDial,
  at: { readonly state: DialingState; readonly attempt: OpenAttempt },
): ReadonlyArray<DraftEvent> => {
  const { state, attempt } = at
  const { judgement } = command
  const isStuck = judgement === 'leftover-stuck'
  // The first request to meet a stuck dialer records that; then one in each tenth of the interval.
  const isNews = !isStuck || !attempt.failed || needsAnchor(context, state)
  const leftover =
    judgement === 'leftover-ended' || (isStuck && isNews)
      ? [
          draft(attempt.id, {
            type: 'ConnectionErrorOccurred',
            data: { origin: judgement, code: null },
          }),
        ]
      : []
  if (isStuck || isUnreadable(context, state)) return leftover
  if (attempt.up === null) {
    const isOver = isAbandoned(context, state, attempt) && !isLookedAfter(attempt, judgement)
    return isOver ? [...leftover, abandonmentOf(attempt)] : leftover
  }
  const reason = lossReasonOf(context, command, at)
  return reason === null
    ? leftover
    : [...leftover, endOf(context, state, { attempt, reason, ...lostEnd, origin: 'gate' })]
}

/** An end that nobody saw: how long the link was up is unknown, so it counts as short (R6). */
const lostEnd = { normal: false, code: null, isSeen: false } as const

/**
 * Whether an attempt past its dial timeout has a living supervisor on this kernel, who settles it, or
 * may have one, because the lock is held. Until then it stays open, so that each request looks for its
 * dialer, which need not hold the lock; windows count all the same.
 */
const isLookedAfter = (attempt: OpenAttempt, judgement: RequestDial['judgement']): boolean =>
  (judgement === 'alive' || judgement === 'held') && attempt.supervision !== 'grant'

/** The state after what time alone has settled: an attempt past its dial timeout (R5). */
export const withAbandonment = (context: DialingContext, state: DialingState): DialingState => {
  const { attempt } = state
  return attempt !== null && attempt.up === null && isAbandoned(context, state, attempt)
    ? applied(state, abandonmentOf(attempt), context.now)
    : state
}

const isAbandoned = (context: DialingContext, state: DialingState, attempt: OpenAttempt): boolean =>
  ageCsOf(askedOf(context, state), attempt.revision) >= csOfSec(attempt.dialTimeoutSec)

const abandonmentOf = (attempt: OpenAttempt): DraftEvent =>
  draft(attempt.id, { type: 'DialAbandoned', data: {} })

const lossReasonOf = (
  context: DialingContext,
  command: RequestDial,
  { state, attempt }: { readonly state: DialingState; readonly attempt: OpenAttempt },
): string | null => {
  const { judgement } = command
  const isOurs = attempt.supervision === 'supervised'
  if (judgement === 'gone' || judgement === 'leftover-ended') {
    return isOurs ? 'supervisor-lost' : 'owner-gone'
  }
  if (!isOurs && isSameProcess(command.owner, attempt.owner)) return 'owner-asks-again'
  const isExpired =
    attempt.leaseSec !== null &&
    ageCsOf(askedOf(context, state), attempt.leaseMark) >= csOfSec(attempt.leaseSec)
  return judgement === 'unknown' && isExpired ? 'lease-expired' : null
}

const isSameProcess = (first: OwnerProcess | null, second: OwnerProcess | null): boolean =>
  first !== null &&
  second !== null &&
  first.pid === second.pid &&
  first.startTicks === second.startTicks &&
  first.pidNamespace === second.pidNamespace

/** Only a supervisor renews a lease; a line that outlives its command must not run out (R5). */
const leaseSecOf = (
  { sharedLeaseSec }: DialingContext,
  { supervision }: RequestDial,
  { leaseSec }: RetryPolicy,
): number | null => (supervision === 'supervised' ? (leaseSec ?? sharedLeaseSec ?? null) : null)

const grantOf = (
  context: DialingContext,
  command: RequestDial,
  state: DialingState,
): DraftEvent => {
  const asked = askedOf(context, state)
  const { policy } = asked
  const startWithinSec = Math.min(5, policy.dialTimeoutSec / 4)
  const open = openWaitsOf(context, state, asked)
  const last = state.waits.findLast((wait) => wait.windowId === state.newestWindowId)
  const sources = sourcesOf(context, state)
  return {
    type: 'DialAttempted',
    attempt: command.attempt,
    idFrom: 'attempt',
    data: {
      supervision: command.supervision,
      dialer: command.dialer,
      dialTimeoutSec: policy.dialTimeoutSec,
      startWithinSec,
      startByCs: context.now.uptimeCs + Math.floor(startWithinSec * 100),
      leaseSec: leaseSecOf(context, command, policy),
      redialsItself: command.redialsItself,
      owner: command.owner,
      supervisor: null,
      session: null,
      basis: {
        policy: revisionsOf(sources),
        windowId: state.newestWindowId,
        requiredSec:
          last === undefined ? 0 : requiredSecOf(last, policiesSince(sources, last.since)),
        consecutiveFailures: state.failures,
        jitterSec: jitterCsOf(context, policy, state.newestWindowId) / 100,
        waived: open.length > 0,
        probe: state.failures >= policy.maxOpenRetries,
      },
    },
  }
}

const decideStarted = (
  command: DialingCommand & { readonly type: 'ReportStarted' },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  if (state.attempt?.id !== command.attempt) {
    return E.left({ _tag: 'AttemptNotOpen', attempt: command.attempt })
  }
  return state.attempt.started
    ? decided()
    : decided(draft(command.attempt, { type: 'DialStarted', data: { pid: command.pid } }))
}

const decideUp = (
  context: DialingContext,
  command: { readonly attempt: string; readonly proof: 'output' | 'exit' | 'alive' | 'record' },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const { attempt } = state
  if (attempt?.id !== command.attempt) {
    return E.left({ _tag: 'AttemptNotOpen', attempt: command.attempt })
  }
  if (attempt.up !== null) return decided()
  if (isAbandoned(context, state, attempt)) {
    return E.left({ _tag: 'AttemptAbandoned', attempt: command.attempt })
  }
  const supervised = attempt.supervision === 'supervised'
  return decided(
    draft(attempt.id, { type: 'AssociationOpened', data: { proof: command.proof, supervised } }),
  )
}

type Settlement = Evidence & {
  readonly attempt: string
  readonly started: boolean
  readonly normal: boolean
  readonly reason: string
}

const decideSettlement = (
  context: DialingContext,
  command: Settlement,
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const { attempt } = state
  if (attempt?.id !== command.attempt) return decideLateReport(context, command, state)
  const { origin, code, reason, normal } = command
  if (!command.started && attempt.up === null) {
    const counts = !attempt.failed && countsAsFailure(context, state)
    return decided(
      draft(attempt.id, { type: 'DialNotStarted', data: { origin, code, reason, counts } }),
    )
  }
  if (attempt.up !== null) {
    return decided(endOf(context, state, { attempt, normal, reason, origin, code, isSeen: true }))
  }
  return decided(
    draft(attempt.id, evidenceEvent({ origin, code })),
    draft(attempt.id, { type: 'ConnectionOpenFailed', data: { origin, code } }),
  )
}

const evidenceEvent = (evidence: Evidence): LedgerEvent =>
  evidence.origin.startsWith('ras')
    ? { type: 'RasErrorOccurred', data: evidence }
    : { type: 'ConnectionErrorOccurred', data: evidence }

/** A report about an attempt that is settled already: evidence, but for a repetition (R14, G18). */
const decideLateReport = (
  context: DialingContext,
  command: Settlement,
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const known = state.settled.find((attempt) => attempt.id === command.attempt)
  if (known === undefined) return E.left({ _tag: 'AttemptNotOpen', attempt: command.attempt })
  const isHarmless = command.normal || !command.started
  return isHarmless || isReported(context, command.code, known.reports)
    ? decided()
    : decided(draft(command.attempt, evidenceEvent({ origin: command.origin, code: command.code })))
}

const isReported = (
  context: DialingContext,
  code: number | null,
  reports: ReadonlyArray<AttemptReported>,
): boolean =>
  reports.some((report) => report.code === code && isSameReading(report.occurred, context.occurred))

const isSameReading = (first: ClockReading, second: ClockReading): boolean =>
  eqClock.equals(first, second) && first.uptimeCs === second.uptimeCs && first.wall === second.wall

/** At most one dial that never started counts in one Open Interval (R8). */
const countsAsFailure = (context: DialingContext, state: DialingState): boolean => {
  const { countedNotStarted } = state
  const interval = intervalSecOf(policyOf(context, state), Math.max(1, state.failures))
  return (
    countedNotStarted === null ||
    ageCsOf(askedOf(context, state), countedNotStarted) >= csOfSec(interval)
  )
}

/** The end of a connected link, with what the policy makes of its length (R6). */
const endOf = (
  context: DialingContext,
  state: DialingState,
  end: Evidence & {
    readonly attempt: OpenAttempt
    readonly normal: boolean
    readonly reason: string
    /** Whether the reporter saw the end; else nothing proves how long the link was up. */
    readonly isSeen: boolean
  },
): DraftEvent => {
  const { attempt, normal, reason, origin, code, isSeen } = end
  const policy = policyOf(context, state)
  const interval = intervalSecOf(policy, Math.max(1, state.failures))
  const upCs = attempt.up === null || !isSeen ? null : provenSpanCs(attempt.up.at, context.occurred)
  const longSec = attempt.up?.proof === 'alive' ? interval : policy.minUpTimeSec
  const resets = upCs !== null && upCs >= csOfSec(longSec)
  const isStorm =
    !resets && shortSessionsBegunWithin(state, attempt, interval) > policy.shortSessionsMax
  const gentle = isStorm ? 'short-sessions' : policy.waitAfterNormalEnd ? 'normal-end' : 'none'
  return draft(attempt.id, {
    type: 'AssociationEnded',
    data: {
      origin,
      code,
      reason,
      abnormal: !normal,
      upCs,
      resets,
      short: !resets,
      window: normal ? gentle : 'failure',
    },
  })
}

/** Short sessions, this one included, not proven to have begun more than an interval before it. */
const shortSessionsBegunWithin = (
  state: DialingState,
  attempt: OpenAttempt,
  intervalSec: number,
): number =>
  1 +
  state.shortSessions.filter(
    (begun) => provenCsBetween(state.trace, begun, attempt.revision) < csOfSec(intervalSec),
  ).length

type RecordEvidence = DialingCommand & { readonly type: 'RecordEvidence' }

const decideRecord = (
  context: DialingContext,
  command: RecordEvidence,
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const { attempt, fact, code } = command
  if (attempt !== null) return decideAttemptRecord(context, { ...command, attempt }, state)
  const origin = 'record'
  const episode = sameFailureOf(context, state)
  switch (fact) {
    case 'dial':
      return decided(plain({ type: 'DialObserved', data: { by: origin, endedAt: null } }))
    case 'up':
      return decided(
        plain({ type: 'AssociationOpened', data: { proof: 'record', supervised: false } }),
      )
    case 'down':
    case 'down-abnormal':
      return decided(plain(unattemptedEnd({ origin, code, episode, abnormal: fact !== 'down' })))
    case 'ras-error':
      return decided(plain({ type: 'RasErrorOccurred', data: { origin, code, episode } }))
    case 'connection-error':
      return decided(plain({ type: 'ConnectionErrorOccurred', data: { origin, code, episode } }))
    case 'open-failed':
      return decided(plain({ type: 'ConnectionOpenFailed', data: { origin, code, episode } }))
    case 'not-started': {
      const counts = countsAsFailure(context, state)
      const data = { origin, code, reason: 'recorded', counts, episode: null }
      return decided(plain({ type: 'DialNotStarted', data }))
    }
  }
}

const unattemptedEnd = (
  end: Evidence & { readonly episode: string | null; readonly abnormal: boolean },
): LedgerEvent => ({
  type: 'AssociationEnded',
  data: {
    ...end,
    reason: 'recorded',
    upCs: null,
    resets: false,
    short: false,
    window: end.abnormal ? 'failure' : 'none',
  },
})

/** The window whose last evidence is certainly less than a dial timeout ago, if any (R7). */
const sameFailureOf = (context: DialingContext, state: DialingState): string | null => {
  if (state.lastEvidence === null) return null
  const elapsedCs = elapsedCsAtMost(state.trace, state.lastEvidence.mark, context.now)
  return elapsedCs !== null && elapsedCs <= csOfSec(policyOf(context, state).dialTimeoutSec)
    ? state.lastEvidence.windowId
    : null
}

/** What a hook reports about one attempt: it settles only an unsupervised one (R14). */
const decideAttemptRecord = (
  context: DialingContext,
  command: RecordEvidence & { readonly attempt: string },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const { attempt, fact, code } = command
  const isSupervised = state.attempt?.id === attempt && hasSupervisor(state.attempt)
  const settlement = { attempt, normal: false, reason: 'recorded', origin: 'record', code }
  switch (fact) {
    case 'up':
      return decideUp(context, { attempt, proof: 'record' }, state)
    case 'dial':
      return decided(
        draft(attempt, { type: 'DialObserved', data: { by: 'record', endedAt: null } }),
      )
    case 'ras-error':
    case 'connection-error':
      return decideAttemptEvidence(context, { attempt, fact, code }, state)
    case 'open-failed':
    case 'down-abnormal':
      return isSupervised
        ? decideAttemptEvidence(context, { attempt, fact, code }, state)
        : decideSettlement(context, { ...settlement, started: true }, state)
    case 'down':
    case 'not-started':
      return isSupervised
        ? E.left({ _tag: 'AttemptSupervised', attempt })
        : decideSettlement(
            context,
            { ...settlement, normal: fact === 'down', started: fact === 'down' },
            state,
          )
  }
}

/** Evidence about an attempt, open or settled: it opens or extends its window, and settles nothing. */
const decideAttemptEvidence = (
  context: DialingContext,
  { attempt, fact, code }: RecordedFact & { readonly attempt: string },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const known =
    state.attempt?.id === attempt ? state.attempt : state.settled.find((it) => it.id === attempt)
  if (known === undefined) return E.left({ _tag: 'AttemptNotOpen', attempt })
  if (isReported(context, code, known.reports)) return decided()
  const data = { origin: 'record', code }
  return decided(
    draft(
      attempt,
      fact === 'ras-error'
        ? { type: 'RasErrorOccurred', data }
        : { type: 'ConnectionErrorOccurred', data },
    ),
  )
}

const decideWaiver = (
  context: DialingContext,
  command: DialingCommand & { readonly type: 'WaiveWindow' },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  if (state.unreadable !== null) return unreadableAt(state.unreadable)
  const open = openWaitsOf(context, state, askedOf(context, state))
  const windowId = command.windowId ?? open.at(-1)?.wait.windowId
  if (windowId === undefined) return E.left({ _tag: 'NoOpenWindow' })
  return open.some(({ wait }) => wait.windowId === windowId)
    ? decided(plain({ type: 'WindowWaived', data: { windowId, reason: command.reason } }))
    : E.left({ _tag: 'WindowNotOpen', windowId })
}

const unreadableAt = ({ revision }: { readonly revision: bigint }) =>
  E.left({ _tag: 'LinkUnreadable' as const, revision })

/** Whether a `dial` process settles it: a one-shot's leaves once the link is up (R5). */
const hasSupervisor = ({ supervision, up }: OpenAttempt): boolean =>
  supervision === 'supervised' || (supervision === 'oneshot' && up === null)

const decideRelease = (
  context: DialingContext,
  command: DialingCommand & { readonly type: 'ReleaseLink' },
  state: DialingState,
): E.Either<DialingRejection, DialingDecision> => {
  const { attempt, unreadable } = state
  const isInVain =
    command.past !== null && unreadable !== null && command.past < unreadable.revision
  if (isInVain) return unreadableAt(unreadable)
  const released = plain({
    type: 'LinkReleased',
    data: { reason: command.reason, past: command.past?.toString() ?? null },
  })
  return attempt?.up
    ? decided(
        endOf(context, state, { attempt, reason: 'released', ...lostEnd, origin: 'release' }),
        released,
      )
    : decided(released)
}
