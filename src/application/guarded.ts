import type { CallEnd } from './call-dialer'
import type { EndCause } from './dial-settlement'
import type { DialOutcome } from './run-dial'
import type { RunningDial } from './running-dial'

/**
 * Whether the end of an attempt is in the ledger. `rejected`: it was settled otherwise before.
 * `pending`: the ledger cannot be written; until it can, the link stays closed and this is tried on.
 */
export type EndRecorded = 'durable' | 'rejected' | 'pending'

type Dialed = {
  readonly attempt: string
  /** Whether the link was durably up. */
  readonly wasUp: boolean
  readonly recorded: EndRecorded
}

/**
 * What a guarded call came to.
 *
 * - `Ended`: it returned after the link was up: a normal end.
 * - `NeverUp`: it returned without saying that the link is up: a failure.
 * - `Failed`: it threw (`cause`), or was ended for `reason`: a failure, even if it returned then.
 * - `Stopped`: it ended because it was asked to; after up a normal end, before up a failure.
 * - `DialNotStarted`: it was never called, or said that it dialed nothing (R8).
 * - `StillRunning`: it was asked to end and does not. The attempt stays open in the ledger, counts as
 *   abandoned at its dial timeout, and is settled when the call ends; `ended` resolves then.
 */
export type Guarded<Value> =
  | ({ readonly _tag: 'Ended'; readonly value: Value } & Dialed)
  | ({ readonly _tag: 'NeverUp'; readonly value: Value } & Dialed)
  | ({
      readonly _tag: 'Failed'
      readonly reason: EndCause | 'threw'
      readonly cause: unknown
    } & Dialed)
  | ({ readonly _tag: 'Stopped'; readonly cause: unknown } & Dialed)
  | {
      readonly _tag: 'DialNotStarted'
      readonly attempt: string
      readonly why: string
      /** The grant was void before the call: `wait` would have asked again. */
      readonly isVoid: boolean
      readonly recorded: EndRecorded
    }
  | {
      readonly _tag: 'StillRunning'
      readonly attempt: string
      readonly reason: EndCause | 'stopped'
      readonly ended: Promise<Guarded<Value>>
    }

/** What is known of a call at its end. */
export type CallFacts<Value> = {
  readonly dial: Pick<RunningDial, 'granted' | 'progress'>
  readonly end: CallEnd<Value> | null
  /** It was asked to end, by its caller or because the ledger is being closed. */
  readonly isStopped: boolean
}

/** What a call came to; `outcome` null: its end is not in the ledger yet. */
export const guardedOf = <Value>(
  facts: CallFacts<Value>,
  outcome: DialOutcome | null,
): Guarded<Value> => {
  const { dial, end, isStopped } = facts
  const { attempt } = dial.granted
  const recorded = recordedOf(outcome)
  const wasUp = outcome?.isUp ?? dial.progress.up === 'durable'
  const dialed: Dialed = { attempt, wasUp, recorded }
  const cause = end?._tag === 'Threw' ? end.cause : undefined
  if (end === null) {
    const isVoid = !isStopped
    const why = outcome?.settlement?.reason ?? 'it was not let go'
    return { _tag: 'DialNotStarted', attempt, why, isVoid, recorded }
  }
  const reason = dial.progress.ending?.cause ?? null
  if (reason !== null && !isStopped) return { _tag: 'Failed', reason, cause, ...dialed }
  if (isStopped) return { _tag: 'Stopped', cause, ...dialed }
  if (end._tag === 'Returned') {
    return { _tag: wasUp ? 'Ended' : 'NeverUp', value: end.value, ...dialed }
  }
  const isNoDial = outcome?.settlement?.started === false && !wasUp
  const why = outcome?.settlement?.reason ?? ''
  return isNoDial
    ? { _tag: 'DialNotStarted', attempt, why, isVoid: false, recorded }
    : { _tag: 'Failed', reason: 'threw', cause: end.cause, ...dialed }
}

const recordedOf = (outcome: DialOutcome | null): EndRecorded => {
  const reported = outcome?.reported ?? null
  return reported === null || reported === 'gave-up' ? 'pending' : reported
}

/** What a call that does not listen has come to so far. */
export const stillRunning = <Value>(
  { dial }: CallFacts<Value>,
  ended: Promise<Guarded<Value>>,
): Guarded<Value> => ({
  _tag: 'StillRunning',
  attempt: dial.granted.attempt,
  reason: dial.progress.ending?.cause ?? 'stopped',
  ended,
})
