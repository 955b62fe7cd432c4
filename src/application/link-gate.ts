import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { DialingContext } from '../../domain/dial-denials'
import type { DialAttempted, DraftEvent } from '../../domain/events'
import { decideDialing, type DialingDecision } from '../../domain/dialing'
import type { Judgement, Liveness } from '../ports/liveness'
import { appendDrafts, type AppendedDrafts } from './append-drafts'
import { gateErrorOf } from './append-errors'
import type {
  AttemptReport,
  DialRequest,
  Gate,
  GateError,
  Granted,
  PlannedGrant,
  Prepared,
  Refused,
} from './gate'
import type { LedgerParts } from './ledger-parts'
import { refusedOf } from './refused-of'
import { withPrepared } from './with-prepared'
import { changeLink, type LinkChange } from './change-link'
import { judgeAttempt } from './judge-attempt'
import { loadLink, recallLink, type KnownLink, type LoadedLink } from './load-link'
import { viewAgeCsMax } from './view-age'

/** How often one request starts over because somebody else appended to the link meanwhile. */
const conflictsMax = 200

/** The gate of one ledger: reads a link's state, decides, and appends at the revision it read. */
export const linkGate = (parts: LedgerParts, liveness: Liveness): Gate => ({
  request: (request) => () => requestDial({ parts, liveness }, request),
  report: (link, report) => async () => {
    const result = await changeLink(parts, changeOf(report))(link)()
    return E.isLeft(result) ? result : E.right(undefined)
  },
})

const changeOf = (report: AttemptReport): LinkChange => ({
  occurred: report.occurred,
  stated: null,
  source: 'gate',
  command: commandOf(report),
})

const commandOf = (report: AttemptReport): LinkChange['command'] => {
  const { attempt } = report
  switch (report._tag) {
    case 'Started':
      return { type: 'ReportStarted', attempt, pid: report.pid }
    case 'Up':
      return { type: 'ReportUp', attempt, proof: report.proof }
    case 'LeaseRenewed':
      return { type: 'RenewLease', attempt }
    case 'Settled': {
      const { started, normal, origin, code, reason } = report
      return { type: 'SettleAttempt', attempt, started, normal, origin, code, reason }
    }
  }
}

type GateParts = { readonly parts: LedgerParts; readonly liveness: Liveness }

/** What is known of one request so far, across the tries that conflicts cost. */
type Trial = {
  readonly attempt: string
  readonly prepared: Prepared | null
  readonly lockHeld: boolean
  /** The attempt whose leftover dialer was ended in an earlier try: it is to be recorded still. */
  readonly ended: string | null
  /** Whether what was read before may be decided on without asking the store. */
  readonly mayRecall: boolean
}

type TrialResult = E.Either<
  GateError,
  Granted | Refused | { readonly _tag: 'Again'; readonly trial: Trial }
>

const requestDial = async (
  gate: GateParts,
  request: DialRequest,
): Promise<E.Either<GateError, Granted | Refused>> => {
  let trial: Trial = {
    attempt: gate.parts.newId(),
    prepared: null,
    lockHeld: false,
    ended: null,
    mayRecall: true,
  }
  for (let tries = 0; tries < conflictsMax; tries += 1) {
    const result = await tryRequest(gate, request, trial)
    if (E.isLeft(result)) return result
    if (result.right._tag !== 'Again') return E.right(result.right)
    trial = result.right.trial
    if (tries > 0) await gate.parts.sleepMs(Math.random() * Math.min(tries, 20))
  }
  return E.left({ _tag: 'LedgerUnavailable', why: `${conflictsMax} appends in a row were outrun` })
}

const tryRequest = async (
  gate: GateParts,
  request: DialRequest,
  trial: Trial,
): Promise<TrialResult> => {
  const recalled = trial.mayRecall
    ? await recallLink(gate.parts, request.link)()
    : E.right(undefined)
  if (E.isLeft(recalled)) return E.left(gateErrorOf(recalled.left))
  if (recalled.right?.loaded.state.attempt === null) {
    const known = { ...recalled.right, trial, isRecalled: true }
    const result = await decideRequest(gate, request, known)
    if (result !== 'not known') return result
  }
  const { uptimeCs: readFromCs } = gate.parts.clock.read()
  const loaded = await loadLink(gate.parts, request.link)()
  if (E.isLeft(loaded)) return E.left(gateErrorOf(loaded.left))
  const read = { loaded: loaded.right, readFromCs, trial, isRecalled: false }
  const result = await decideRequest(gate, request, read)
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
  { loaded, readFromCs, trial: before, isRecalled }: ReadLink,
): Promise<TrialResult | 'not known'> => {
  const judged = await judgeAttempt(gate, request.link, { loaded, ended: before.ended })
  if (judged === null) return again({ ...before, mayRecall: false })
  const { judgement, ended } = judged
  const trial: Trial = { ...before, ended }
  const context = contextOf(gate.parts, loaded, request)
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
  return grant !== null && trial.prepared === null
    ? prepareGrant(request, trial, grant)
    : appendDecision(gate.parts, { trial, loaded, context, judgement, decision: decision.right })
}

const askOf = ({ supervision, dialer, redialsItself, owner }: DialRequest) => ({
  supervision,
  dialer,
  redialsItself,
  owner,
})

const contextOf = (
  parts: LedgerParts,
  loaded: LoadedLink,
  request: DialRequest,
): DialingContext => {
  const now = parts.clock.read()
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

/** Takes the lock and starts what waits for the go line; then the request is decided afresh. */
const prepareGrant = async (
  request: DialRequest,
  trial: Trial,
  grant: DialAttempted['data'],
): Promise<TrialResult> => {
  const prepared = await request.prepare(plannedOf(trial.attempt, grant))
  if (E.isRight(prepared)) return again({ ...trial, prepared: prepared.right })
  return prepared.left._tag === 'LockHeld'
    ? again({ ...trial, lockHeld: true })
    : E.left({ _tag: 'CannotPrepare', why: prepared.left.why })
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
