import type { DenialRule } from './events'
import { intervalSecOf, type RetryPolicy } from './policy'
import type { ProvenAges } from './proven-age'
import { csOfSec, wallMsOf, type ClockReading } from './time'

/** Why a wait is due: a failure, or one of the gentler reasons of R6, R8 and R16. */
export type WaitKind = 'failure' | 'short-sessions' | 'normal-end' | 'not-started' | 'released-past'

/** One thing that went wrong, as people are told of it. */
export type SeenEvidence = {
  readonly id: string
  readonly revision: bigint
  readonly type: string
  readonly origin: string
  readonly code: number | null
  readonly at: string
}

/**
 * One piece of evidence that keeps a link closed until it has aged.
 *
 * Its age is the age of the event at `mark` less `lessCs` (an abandoned attempt ages from its grant
 * less the dial timeout). The longest interval in force from position `since` counts (R11).
 */
export type Wait = {
  readonly windowId: string
  readonly kind: WaitKind
  readonly mark: bigint
  readonly lessCs: number
  readonly since: bigint
  readonly failureNumber: number
  readonly evidence: SeenEvidence
  /** Milliseconds since 1970 that an import states; null for what was seen here. */
  readonly statedMs: number | null
}

/** Most waits that are remembered for one link; more of them are merged, never forgotten. */
export const waitsMax = 64

/**
 * Adds a wait. A later one of the same kind of evidence in the same window replaces the earlier
 * (R4): it is younger and lasts as long. Beyond {@link waitsMax} the two oldest become one that
 * lasts at least as long as either.
 */
export const addWait = (waits: ReadonlyArray<Wait>, wait: Wait): ReadonlyArray<Wait> => {
  const others = waits.filter((other) => !isReplacedBy(other, wait))
  const [first, second, ...rest] = others
  return others.length < waitsMax || first === undefined || second === undefined
    ? [...others, wait]
    : [mergedWait(first, second), ...rest, wait]
}

const isReplacedBy = (earlier: Wait, later: Wait): boolean =>
  earlier.windowId === later.windowId &&
  earlier.kind === later.kind &&
  earlier.evidence.type === later.evidence.type &&
  earlier.evidence.origin === later.evidence.origin &&
  earlier.evidence.code === later.evidence.code &&
  earlier.lessCs === later.lessCs

const mergedWait = (older: Wait, younger: Wait): Wait => ({
  ...younger,
  since: older.since < younger.since ? older.since : younger.since,
  failureNumber: Math.max(older.failureNumber, younger.failureNumber),
})

/** Whether a policy exempts a piece of evidence: by event type, origin, or origin and code. */
export const isExempt = (policy: RetryPolicy, evidence: SeenEvidence): boolean =>
  policy.exempt.some(
    (name) =>
      name === evidence.type ||
      name === evidence.origin ||
      (evidence.code !== null && name === `${evidence.origin}:${evidence.code}`),
  )

/** Seconds that a wait lasts under one policy. */
export const waitSecUnder = (policy: RetryPolicy, wait: Wait): number => {
  switch (wait.kind) {
    case 'not-started':
      return policy.notStartedWaitSec
    case 'failure':
      return isExempt(policy, wait.evidence) ? 0 : intervalSecOf(policy, wait.failureNumber)
    case 'short-sessions':
    case 'normal-end':
    case 'released-past':
      return intervalSecOf(policy, wait.failureNumber)
  }
}

/** Seconds that a wait lasts: the longest under any policy in force meanwhile (R11). */
export const requiredSecOf = (wait: Wait, policies: ReadonlyArray<RetryPolicy>): number =>
  Math.max(0, ...policies.map((policy) => waitSecUnder(policy, wait)))

/** Centiseconds that a wait has proven to have aged when the clock reads `now` (R13). */
export const agedCs = (
  wait: Wait,
  at: { readonly ages: ProvenAges; readonly now: ClockReading; readonly policy: RetryPolicy },
): number => {
  const byUptime = at.ages.ageCs(wait.mark)
  if (at.policy.wallClock === 'untrusted') return byUptime - wait.lessCs
  const appendedMs = at.ages.wallMs(wait.mark) ?? Infinity
  const sinceMs = Math.min(wait.statedMs ?? Infinity, appendedMs)
  const byWall = Math.floor((wallMsOf(at.now) - sinceMs) / 10) - csOfSec(at.policy.clockSkewSec)
  return Math.max(byUptime, byWall) - wait.lessCs
}

/** The rule that a wait is refused by. */
export const ruleOfWait = (kind: WaitKind): DenialRule =>
  kind === 'failure' ? 'open-interval' : kind
