/** A rolling limit: at most `max` dials in any `perSec` seconds (R9). */
export type RollingLimit = { readonly max: number; readonly perSec: number }

/**
 * How long a link rests after a failure, and what follows when failures go on.
 *
 * `intervalsSec` lists intervals by consecutive failure (the last repeats); empty means that
 * `openIntervalSec` holds for every failure. `exempt` lists failures that open no window: an
 * evidence event type, an origin (`exit:pppd`), or an origin with a code (`exit:pppd:16`).
 */
export type RetryPolicy = {
  readonly openIntervalSec: number
  readonly intervalsSec: ReadonlyArray<number>
  readonly maxOpenRetries: number
  readonly onExhausted: 'probe' | 'hold'
  readonly probeIntervalSec: number
  readonly dialTimeoutSec: number
  readonly minUpTimeSec: number
  readonly shortSessionsMax: number
  readonly waitAfterNormalEnd: boolean
  readonly notStartedWaitSec: number
  readonly limits: ReadonlyArray<RollingLimit>
  readonly jitterMaxSec: number
  readonly wallClock: 'untrusted' | 'trusted'
  readonly clockSkewSec: number
  readonly leaseSec: number | null
  readonly exempt: ReadonlyArray<string>
}

/** Some fields of a policy: what one `policy set` states. */
export type PolicyFields = { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] }

/**
 * The policy in force before anybody sets one. Open Interval and retries are the Messaging Defaults
 * of the Exchange MTA (KB Q234157, Q157630: 144 x 600 s = 24 h).
 */
export const defaultPolicy: RetryPolicy = {
  openIntervalSec: 600,
  intervalsSec: [],
  maxOpenRetries: 144,
  onExhausted: 'probe',
  probeIntervalSec: 3600,
  dialTimeoutSec: 120,
  minUpTimeSec: 60,
  shortSessionsMax: 3,
  waitAfterNormalEnd: false,
  notStartedWaitSec: 15,
  limits: [],
  jitterMaxSec: 0,
  wallClock: 'untrusted',
  clockSkewSec: 2,
  leaseSec: null,
  exempt: [],
}

/** Seconds that the n-th consecutive failure (1-based; less counts as the first) closes a link. */
export const intervalSecOf = (policy: RetryPolicy, failureNumber: number): number => {
  const index = Math.min(Math.max(failureNumber, 1), policy.intervalsSec.length) - 1
  return policy.intervalsSec[index] ?? policy.openIntervalSec
}
