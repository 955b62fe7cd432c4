import * as E from 'fp-ts/Either'
import { limitDialsMax, shortSessionsKeptMax } from './dialing-state'
import { intervalSecOf, type PolicyFields, type RetryPolicy } from './policy'

/** What is wrong with one field of a policy, and what it takes instead. */
export type PolicyProblem = { readonly field: string; readonly takes: string }

/** Longest wait that a policy may name, in seconds: 366 days. */
const waitSecMax = 366 * 86_400

type Check = (value: unknown) => boolean

const isSeconds =
  (min: number): Check =>
  (value) =>
    typeof value === 'number' && value >= min && value <= waitSecMax

const isCount =
  (min: number, max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max

const isOneOf =
  (...names: ReadonlyArray<unknown>): Check =>
  (value) =>
    names.includes(value)

const isListOf =
  (isItem: Check, countMax: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= countMax && value.every(isItem)

const limitPerSecMax = 31 * 86_400

const isLimit: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  'max' in value &&
  'perSec' in value &&
  Object.keys(value).length === 2 &&
  isCount(1, limitDialsMax)(value.max) &&
  isSeconds(1)(value.perSec) &&
  Number(value.perSec) <= limitPerSecMax

/** 1 s is the hard minimum of every interval (R11). */
const checks: { readonly [K in keyof RetryPolicy]: readonly [takes: string, isValid: Check] } = {
  openIntervalSec: ['seconds, at least 1', isSeconds(1)],
  intervalsSec: ['at most 64 numbers of seconds, each at least 1', isListOf(isSeconds(1), 64)],
  maxOpenRetries: ['a whole number from 1 to 1000000', isCount(1, 1_000_000)],
  onExhausted: ['probe or hold', isOneOf('probe', 'hold')],
  probeIntervalSec: ['seconds, at least 1', isSeconds(1)],
  dialTimeoutSec: ['seconds, at least 1', isSeconds(1)],
  minUpTimeSec: ['seconds, at least 0', isSeconds(0)],
  shortSessionsMax: [
    `a whole number from 0 to ${shortSessionsKeptMax - 1}`,
    isCount(0, shortSessionsKeptMax - 1),
  ],
  waitAfterNormalEnd: ['true or false', isOneOf(true, false)],
  notStartedWaitSec: ['seconds, at least 1', isSeconds(1)],
  limits: [
    `at most 16 limits {max, perSec} of 1 to ${limitDialsMax} dials in 1 s to 31 days`,
    isListOf(isLimit, 16),
  ],
  jitterMaxSec: ['a whole number of seconds, 0 to 86400', isCount(0, 86_400)],
  wallClock: ['untrusted or trusted', isOneOf('untrusted', 'trusted')],
  clockSkewSec: ['seconds, at least 0', isSeconds(0)],
  leaseSec: ['seconds, at least 5, or null', (value) => value === null || isSeconds(5)(value)],
  exempt: [
    'names of event types, origins, or origin:code',
    isListOf((name) => typeof name === 'string' && /^[\w:.-]{1,100}$/u.test(name), 64),
  ],
}

const isPolicyField = (name: string): name is keyof RetryPolicy => Object.hasOwn(checks, name)

/** The names of a policy's fields. */
export const policyFieldNames: ReadonlyArray<keyof RetryPolicy> =
  Object.keys(checks).filter(isPolicyField)

/** Some policy fields read from outside, when each holds what it may hold; else every problem. */
export const parsePolicyFields = (
  fields: Readonly<Record<string, unknown>>,
): E.Either<ReadonlyArray<PolicyProblem>, PolicyFields> => {
  const problems = Object.entries(fields).flatMap(([field, value]) => {
    if (!isPolicyField(field)) return [{ field, takes: `only ${policyFieldNames.join(', ')}` }]
    const [takes, isValid] = checks[field]
    return isValid(value) ? [] : [{ field, takes }]
  })
  return problems.length === 0 ? E.right(fields) : E.left(problems)
}

/** One thing about a policy that endangers a line, a bill or an account. */
export type PolicyWarning = {
  readonly rule:
    | 'below-exchange-minimum'
    | 'below-lan-floor'
    | 'below-ras-floor'
    | 'no-jitter'
    | 'hold-too-early'
    | 'exempt-failures'
    | 'wall-clock-trusted'
  readonly text: string
}

/** Seconds of uninterrupted failure after which a link is exhausted, dialing time not counted. */
export const exhaustedAfterSec = (policy: RetryPolicy): number => {
  const listed = Math.min(policy.maxOpenRetries, policy.intervalsSec.length)
  const sum = policy.intervalsSec.slice(0, listed).reduce((total, seconds) => total + seconds, 0)
  return sum + (policy.maxOpenRetries - listed) * intervalSecOf(policy, policy.maxOpenRetries)
}

/**
 * Warns of a policy below the known floors (R11): 15 s is the least that Exchange accepts, 30 s for
 * a LAN and 60 s for RAS are advised (KB Q176489); messages bounce after 24 h (KB Q157630).
 */
export const lintPolicy = (
  policy: RetryPolicy,
  site: { readonly links: number },
): ReadonlyArray<PolicyWarning> => {
  const { openIntervalSec, intervalsSec } = policy
  const least = Math.min(...(intervalsSec.length === 0 ? [openIntervalSec] : intervalsSec))
  const warn = (isDue: boolean, rule: PolicyWarning['rule'], text: string) =>
    isDue ? [{ rule, text }] : []
  return [
    ...warn(least < 15, 'below-exchange-minimum', `${least} s is below the 15 s Exchange accepts`),
    ...warn(
      least >= 15 && least < 30,
      'below-lan-floor',
      `${least} s is below 30 s, the LAN floor`,
    ),
    ...warn(
      least >= 30 && least < 60,
      'below-ras-floor',
      `${least} s is below 60 s, the RAS floor`,
    ),
    ...warn(
      policy.jitterMaxSec === 0 && site.links >= manyLinks,
      'no-jitter',
      `${site.links} links retry in step: set jitterMaxSec`,
    ),
    ...warn(
      policy.onExhausted === 'hold' && exhaustedAfterSec(policy) < 86_400,
      'hold-too-early',
      `the link is held after ${exhaustedAfterSec(policy)} s of failures, less than a day`,
    ),
    ...warn(
      policy.exempt.length > 0,
      'exempt-failures',
      `these failures open no window: ${policy.exempt.join(', ')}`,
    ),
    ...warn(
      policy.wallClock === 'trusted',
      'wall-clock-trusted',
      'a step of the wall clock can open a window early',
    ),
  ]
}

const manyLinks = 10
