import type * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import type { Denial, OwnerProcess, Supervision } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import type { ClockReading } from '../../domain/time'
import type { Judgement } from '../ports/liveness'

/** A grant that is about to be appended: what a supervisor needs to prepare for it. */
export type PlannedGrant = {
  readonly attempt: string
  readonly dialTimeoutSec: number
  readonly startWithinSec: number
  readonly leaseSec: number | null
}

/** What was prepared before a grant is appended: lock taken, launcher and guard waiting. */
export type Prepared = {
  readonly supervisor: OwnerProcess | null
  readonly session: OwnerProcess | null
}

/** Why a planned grant could not be prepared; `lock-held`: somebody else has the link's lock. */
export type NotPrepared =
  { readonly _tag: 'LockHeld' } | { readonly _tag: 'CannotPrepare'; readonly why: string }

/** One request for permission to dial. */
export type DialRequest = {
  readonly link: LinkId
  readonly supervision: Supervision
  readonly dialer: string
  readonly redialsItself: boolean
  readonly owner: OwnerProcess | null
  /** Called at most once for each grant that is decided, before it is appended. */
  readonly prepare: (planned: PlannedGrant) => Promise<E.Either<NotPrepared, Prepared>>
}

/** A durable grant. Deadlines run by uptime from `granted`; `startByCs` is on the same clock. */
export type Granted = PlannedGrant & {
  readonly _tag: 'Granted'
  readonly granted: ClockReading
  readonly startByCs: number
  readonly revision: bigint
}

/** A refusal: every rule that denies, and how long time alone would take; null: a person must act. */
export type Refused = {
  readonly _tag: 'Refused'
  readonly deniedBy: ReadonlyArray<Denial>
  readonly notBefore: string | null
  readonly retryAfterSec: number | null
  /** What failed last; null: nothing did. */
  readonly lastFailure: LastFailure | null
  /** What could be told of the link's unsettled attempt; null: there is none. */
  readonly judgement: Judgement | null
}

/** The newest failure evidence of a link: where it was seen, and the raw code if there was one. */
export type LastFailure = {
  readonly type: string
  readonly origin: string
  readonly code: number | null
  readonly at: string
}

/**
 * What a supervisor tells of its attempt. `settled` with `started` false is a dial that never
 * started (R8); else the decider makes an open failure of it before up, and an association's end
 * after. `normal` counts only after a recorded up (R6). `occurred` is when the supervisor learned of it.
 */
export type AttemptReport = { readonly attempt: string; readonly occurred: ClockReading } & (
  | { readonly _tag: 'Started'; readonly pid: number | null }
  | { readonly _tag: 'Up'; readonly proof: 'output' | 'exit' | 'alive' | 'record' }
  | { readonly _tag: 'LeaseRenewed' }
  | {
      readonly _tag: 'Settled'
      readonly started: boolean
      readonly normal: boolean
      /** Where it was seen, such as `exit:pppd`, `signal`, `timeout`, `void`, `exec`. */
      readonly origin: string
      readonly code: number | null
      readonly reason: string
    }
)

/** Why the gate could not answer; nothing may be dialed then (R1). */
export type GateError =
  | { readonly _tag: 'LedgerUnavailable'; readonly why: string }
  /** This user may not read or write the ledger; time alone does not help. */
  | { readonly _tag: 'AccessDenied'; readonly why: string }
  | { readonly _tag: 'AppendUncertain'; readonly why: string }
  | { readonly _tag: 'CannotPrepare'; readonly why: string }
  /** The report came too late or names an attempt that is not open. */
  | { readonly _tag: 'Rejected'; readonly why: string }

/** The gate: enforces the rule for one ledger. */
export type Gate = {
  readonly request: (request: DialRequest) => TaskEither<GateError, Granted | Refused>
  readonly report: (link: LinkId, report: AttemptReport) => TaskEither<GateError, void>
}
