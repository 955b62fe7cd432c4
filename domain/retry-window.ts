import type { DenialRule } from './events'
import { intervalSecOf, type RetryPolicy } from './policy'
import type { ProvenAges } from './proven-age'
import { csOfSec, wallMsOf, type ClockReading } from './time'

const waitKinds = [
  'failure',
  'not-started',
  'short-sessions',
  'normal-end',
  'released-past',
] as const

/** Why a wait is due: a failure, or one of the gentler reasons of R6, R8 and R16. */
export type WaitKind = (typeof waitKinds)[number]

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
export const waitsMax = 16

/**
 * Adds a wait. A later one of the same kind of evidence in the same window replaces the earlier
 * (R4): it is younger and lasts at least as long. Beyond {@link waitsMax} the two oldest of one
 * kind become one that lasts at least as long as either.
 */
export const addWait = (waits: ReadonlyArray<Wait>, wait: Wait): ReadonlyArray<Wait> => {
  const replaced = waits.find((other) => isReplacedBy(other, wait))
  if (replaced !== undefined) {
    return [...waits.filter((other) => other !== replaced), mergedWait(replaced, wait)]
  }
  return waits.length < waitsMax ? [...waits, wait] : [...mergedOldest(waits), wait]
}

const mergedOldest = (waits: ReadonlyArray<Wait>): ReadonlyArray<Wait> => {
  const [older, younger] =
    waitKinds
      .map((kind) => waits.filter((wait) => wait.kind === kind))
      .find((ofKind) => ofKind.length > 1) ?? []
  if (older === undefined || younger === undefined) return waits
  const merged = mergedWait(older, younger)
  return waits.filter((wait) => wait !== older).map((wait) => (wait === younger ? merged : wait))
}

const isReplacedBy = (earlier: Wait, later: Wait): boolean =>
  earlier.windowId === later.windowId &&
  earlier.kind === later.kind &&
  isSameFailure(earlier, later) &&
  earlier.lessCs === later.lessCs

/** Whether a policy that exempts one of two waits exempts the other. */
const isSameFailure = ({ evidence: first }: Wait, { evidence: second }: Wait): boolean =>
  first.type === second.type && first.origin === second.origin && first.code === second.code

const mergedWait = (older: Wait, younger: Wait): Wait => ({
  ...younger,
  lessCs: Math.max(older.lessCs, younger.lessCs),
  since: older.since < younger.since ? older.since : younger.since,
  failureNumber: Math.max(older.failureNumber, younger.failureNumber),
  evidence: isSameFailure(older, younger)
    ? younger.evidence
    : { ...younger.evidence, type: 'several', origin: 'several', code: null },
  statedMs:
    older.statedMs === null || younger.statedMs === null
      ? null
      : Math.max(older.statedMs, younger.statedMs),
})

/** Whether a policy exempts a piece of evidence: by event type, origin, or origin and code. */
const isExempt = (policy: RetryPolicy, evidence: SeenEvidence): boolean =>
  policy.exempt.some(
    (name) =>
      name === evidence.type ||
      name === evidence.origin ||
      (evidence.code !== null && name === `${evidence.origin}:${evidence.code}`),
  )

/** Seconds that a wait lasts under one policy. */
const waitSecUnder = (policy: RetryPolicy, wait: Wait): number => {
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

/** How long ago things certainly were, when the clock reads `now` under a policy (R13). */
export type Asked = {
  readonly ages: ProvenAges
  readonly now: ClockReading
  readonly policy: RetryPolicy
}

/** Centiseconds that certainly passed since the event at a revision that the trace kept. */
export const ageCsOf = ({ ages, now, policy }: Asked, revision: bigint): number => {
  const byUptime = ages.ageCs(revision)
  const wall = policy.wallClock === 'trusted' ? ages.wall(revision) : null
  return wall === null ? byUptime : Math.max(byUptime, csByWall({ now, policy }, Date.parse(wall)))
}

/** Centiseconds that a wait has certainly aged; a trusted wall clock may go by a stated time. */
export const agedCs = (asked: Asked, wait: Wait): number => {
  const aged = ageCsOf(asked, wait.mark)
  const { statedMs } = wait
  const isStated = asked.policy.wallClock === 'trusted' && statedMs !== null
  return (isStated ? Math.max(aged, csByWall(asked, statedMs)) : aged) - wait.lessCs
}

const csByWall = ({ now, policy }: Pick<Asked, 'now' | 'policy'>, sinceMs: number): number =>
  Math.floor((wallMsOf(now) - sinceMs) / 10) - csOfSec(policy.clockSkewSec)

/** The rule that a wait is refused by. */
export const ruleOfWait = (kind: WaitKind): DenialRule =>
  kind === 'failure' ? 'open-interval' : kind
