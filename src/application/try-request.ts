import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { DialingContext } from '../../domain/dial-denials'
import type { DialAttempted, DraftEvent } from '../../domain/events'
import { decideDialing, type DialingDecision } from '../../domain/dialing'
import { provenSpanCs } from '../../domain/time'
import type { Judgement } from '../ports/liveness'
import { appendDrafts, type AppendedDrafts } from './append-drafts'
import { gateErrorOf } from './append-errors'
import type { DialRequest, GateError, Granted, PlannedGrant, Prepared, Refused } from './gate'
import type { GateParts } from './gate-parts'
import { judgeAttempt } from './judge-attempt'
import type { LedgerParts } from './ledger-parts'
import { loadLink, recallLink, type KnownLink, type LoadedLink } from './load-link'
import { refusedOf } from './refused-of'
import { viewAgeCsMax } from './view-age'
import { withPrepared } from './with-prepared'

/** What is known of one request so far, across the tries that conflicts cost. */
export type Trial = {
  readonly attempt: string
  readonly prepared: Prepared | null
  readonly lockHeld: boolean
  /** The attempt whose leftover dialer was ended in an earlier try: it is to be recorded still. */
  readonly ended: string | null
  /** Whether what was read before may be decided on without asking the store. */
  readonly mayRecall: boolean
}

/** What one try came to; `Again`: it is to be tried once more, with what is known by now. */
export type TrialResult = E.Either<
  GateError,
  Granted | Refused | { readonly _tag: 'Again'; readonly trial: Trial }
>

/** Reads a link, decides on a request to dial it, and appends the decision at the revision it read. */
export const tryRequest = async (
  gate: GateParts,
  request: DialRequest,
  trial: Trial,
): Promise<TrialResult> => {
  const begun = gate.parts.clock.read()
  const recalled = trial.mayRecall
    ? await recallLink(gate.parts, request.link, begun)()
    : E.right(undefined)
  if (E.isLeft(recalled)) return E.left(gateErrorOf(recalled.left))
  if (recalled.right?.loaded.state.attempt === null) {
    const known = { ...recalled.right, trial, isRecalled: true }
    const result = await decideRequest(gate, request, known)
    if (result !== 'not known') return result
  }
  const loaded = await loadLink(gate.parts, request.link)()
  if (E.isLeft(loaded)) return E.left(gateErrorOf(loaded.left))
  const result = await decideRequest(gate, request, {
    ...{ loaded: loaded.right, readFromCs: begun.uptimeCs, readThen: null },
    ...{ trial, isRecalled: false },
  })
  return result === 'not known' ? again({ ...trial, mayRecall: false }) : result
}

type ReadLink = KnownLink & {
  readonly trial: Trial
  /** The store was not asked for all of it: only a grant may rest on it. */
  readonly isRecalled: boolean
}

const decideRequest = async (
  gate: GateParts,
  request: DialRequest,
  { loaded, readFromCs, readThen, trial: before, isRecalled }: ReadLink,
): Promise<TrialResult | 'not known'> => {
  const judged = await judgeAttempt(gate, request.link, { loaded, ended: before.ended })
  if (judged === null) return again({ ...before, mayRecall: false })
  const { judgement, ended } = judged
  const trial: Trial = { ...before, ended }
  const context = contextOf(gate.parts, request, { loaded, readThen })
  const { attempt, lockHeld } = trial
  const ask = { type: 'RequestDial', ...askOf(request), attempt, judgement, lockHeld } as const
  const decision = decideDialing(context, ask, loaded.state)
  const grant = E.isRight(decision) ? grantIn(decision.right) : null
  if (grant === null && isRecalled) return 'not known'
  if (E.isLeft(decision)) return E.left({ _tag: 'Rejected', why: decision.left._tag })
  // Only a grant must not rest on an old view: ending what is left of a dialer may take longer.
  if (grant !== null && context.now.uptimeCs - readFromCs > viewAgeCsMax) {
    return again({ ...trial, mayRecall: false })
  }
  const decided = { trial, loaded, context, judgement, decision: decision.right }
  return grant !== null && trial.prepared === null
    ? prepareGrant(gate.parts, request, { decided, grant })
    : appendDecision(gate.parts, decided)
}

const askOf = ({ supervision, dialer, redialsItself, owner }: DialRequest) => ({
  supervision,
  dialer,
  redialsItself,
  owner,
})

const contextOf = (
  parts: LedgerParts,
  request: DialRequest,
  { loaded, readThen }: Pick<ReadLink, 'loaded' | 'readThen'>,
): DialingContext => {
  const now = readThen ?? parts.clock.read()
  const { draw, sharedLeaseSec } = parts
  return {
    ...{ site: loaded.site, now, occurred: now, draw, link: request.link },
    ...(sharedLeaseSec === undefined ? {} : { sharedLeaseSec }),
  }
}

const grantIn = (decision: DialingDecision): DialAttempted['data'] | null => {
  const last = decision.events.at(-1)
  return decision.refusal === null && last?.type === 'DialAttempted' ? last.data : null
}

/**
 * Takes the lock and starts what waits for the go line. Then the request is decided afresh, unless no
 * time has provably passed: an age that is a tick too small is on the safe side.
 */
const prepareGrant = async (
  parts: LedgerParts,
  request: DialRequest,
  { decided, grant }: { readonly decided: Decided; readonly grant: DialAttempted['data'] },
): Promise<TrialResult> => {
  const { trial, context } = decided
  const prepared = await request.prepare(plannedOf(trial.attempt, grant))
  if (E.isLeft(prepared)) {
    return prepared.left._tag === 'LockHeld'
      ? again({ ...trial, lockHeld: true })
      : E.left({ _tag: 'CannotPrepare', why: prepared.left.why })
  }
  const ready = { ...trial, prepared: prepared.right }
  return provenSpanCs(context.now, parts.clock.read()) === 0
    ? appendDecision(parts, { ...decided, trial: ready })
    : again(ready)
}

const again = (trial: Trial): TrialResult => E.right({ _tag: 'Again', trial })

const plannedOf = (attempt: string, grant: DialAttempted['data']): PlannedGrant => ({
  attempt,
  dialTimeoutSec: grant.dialTimeoutSec,
  startWithinSec: grant.startWithinSec,
  leaseSec: grant.leaseSec,
})

type Decided = {
  readonly trial: Trial
  readonly loaded: LoadedLink
  readonly context: DialingContext
  readonly judgement: Judgement | null
  readonly decision: DialingDecision
}

const appendDecision = async (parts: LedgerParts, decided: Decided): Promise<TrialResult> => {
  const { trial, loaded, context, decision, judgement } = decided
  const { refusal } = decision
  const [first, ...rest] = decision.events.map((event) => withPrepared(event, trial.prepared))
  if (first === undefined) {
    return refusal === null ? again(trial) : E.right(refusedOf(refusal, judgement))
  }
  const drafts: NonEmptyArray<DraftEvent> = [first, ...rest]
  const result = await appendDrafts(parts, {
    drafts,
    ...{ occurred: context.now, readThen: context.now },
    head: loaded.head,
    stated: null,
    source: 'gate',
  })
  if (E.isLeft(result)) {
    return result.left._tag === 'Conflict'
      ? again({ ...trial, mayRecall: false })
      : E.left(gateErrorOf(result.left))
  }
  return refusal === null
    ? grantedOf(decided, result.right)
    : E.right(refusedOf(refusal, judgement))
}

const grantedOf = (decided: Decided, result: AppendedDrafts): TrialResult => {
  const grant = grantIn(decided.decision)
  if (grant === null) return again(decided.trial)
  return E.right({
    _tag: 'Granted',
    ...plannedOf(decided.trial.attempt, grant),
    granted: result.appended,
    startByCs: grant.startByCs,
    revision: result.revision,
  })
}
