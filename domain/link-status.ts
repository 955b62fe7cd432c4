import {
  askedOf,
  openWaitsOf,
  policyOf,
  refusalOf,
  revisionsOf,
  sourcesOf,
  type DialingContext,
  type Refusal,
} from './dial-denials'
import { withAbandonment } from './dialing'
import type { DialingState, OpenAttempt } from './dialing-state'
import { holdOn } from './hold'
import { intervalSecOf, type RetryPolicy } from './policy'
import { ageCsOf, type SeenEvidence, type WaitKind } from './retry-window'
import { csOfSec, isoOfMs, provenSpanCs, wallMsOf } from './time'

/** Where a link stands, as people are told. */
export type LinkStatus = {
  readonly phase: 'unreadable' | 'held' | 'exhausted' | 'connected' | 'dialing' | 'waiting' | 'idle'
  readonly refusal: Refusal | null
  readonly consecutiveFailures: number
  readonly closesAt: string | null
  readonly openWindows: ReadonlyArray<OpenWindow>
  readonly policy: RetryPolicy
  readonly policyVersion: { readonly site: string | null; readonly link: string | null }
  /** Centiseconds until time alone may change any of this; null: only events do. */
  readonly changesInCs: number | null
}

/** A wait that still keeps a link closed, or would but for a waiver. */
export type OpenWindow = {
  readonly windowId: string
  readonly kind: WaitKind
  readonly requiredSec: number
  readonly jitterSec: number
  readonly leftSec: number
  readonly closesAt: string
  readonly waived: boolean
  readonly evidence: SeenEvidence
}

/**
 * The phase of a link at a clock reading: the first that holds. `isLocked`: its lock is held though its
 * attempt is over, so that something of it is still running.
 */
export const statusOf = (
  context: DialingContext,
  recorded: DialingState,
  isLocked = false,
): LinkStatus => {
  const state = withAbandonment(context, recorded)
  const policy = policyOf(context, state)
  const openWindows = openWindowsOf(context, state)
  const refusal = refusalOf(context, state, { judgement: null, lockHeld: isLocked })
  const consecutiveFailures = failuresNow(context, state)
  const isExhausted = consecutiveFailures >= policy.maxOpenRetries
  return {
    phase: phaseOf(context, state, { refusal, isExhausted, isLocked }),
    consecutiveFailures,
    refusal,
    closesAt:
      openWindows
        .map((window) => window.closesAt)
        .toSorted()
        .at(-1) ?? null,
    openWindows,
    policy,
    policyVersion: revisionsOf(sourcesOf(context, state)),
    changesInCs: changesInCs(context, state, { openWindows, refusal }),
  }
}

const openWindowsOf = (context: DialingContext, state: DialingState): ReadonlyArray<OpenWindow> => {
  const nowMs = wallMsOf(context.now)
  return openWaitsOf(context, state, askedOf(context, state)).map(
    ({ wait, requiredSec, jitterCs, leftCs }) => ({
      windowId: wait.windowId,
      kind: wait.kind,
      requiredSec,
      jitterSec: jitterCs / 100,
      leftSec: leftCs / 100,
      closesAt: isoOfMs(nowMs + leftCs * 10),
      waived: wait.windowId === state.waivedWindowId,
      evidence: wait.evidence,
    }),
  )
}

/** The next end of a wait, of a dial timeout or of what must be up long enough, whichever is first. */
const changesInCs = (
  context: DialingContext,
  state: DialingState,
  { openWindows, refusal }: Pick<LinkStatus, 'openWindows' | 'refusal'>,
): number | null => {
  const nowMs = wallMsOf(context.now)
  const denials = refusal?.deniedBy ?? []
  const lefts = [
    ...openWindows.map(({ leftSec }) => csOfSec(leftSec)),
    ...denials.map(({ notBefore }) =>
      notBefore === null ? 0 : (Date.parse(notBefore) - nowMs) / 10,
    ),
    attemptLeftCs(context, state),
  ].filter((leftCs) => leftCs > 0)
  return lefts.length === 0 ? null : Math.min(...lefts)
}

/** Until an attempt runs into its timeout, or until being up resets the failure count. */
const attemptLeftCs = (context: DialingContext, state: DialingState): number => {
  const { attempt } = state
  if (attempt === null) return 0
  if (attempt.up === null) {
    return csOfSec(attempt.dialTimeoutSec) - ageCsOf(askedOf(context, state), attempt.revision)
  }
  return state.failures === 0 ? 0 : upLeftCs(context, state, attempt.up)
}

/** The failure count, which being up long enough resets (R6). */
const failuresNow = (context: DialingContext, state: DialingState): number => {
  const up = state.attempt?.up
  if (up === undefined || up === null) return state.failures
  return upLeftCs(context, state, up) > 0 ? state.failures : 0
}

/** How much longer a link must be up until its failure count resets, as far as one clock tells. */
const upLeftCs = (
  context: DialingContext,
  state: DialingState,
  up: NonNullable<OpenAttempt['up']>,
): number => {
  const policy = policyOf(context, state)
  const longSec = up.proof === 'alive' ? intervalSecOf(policy, state.failures) : policy.minUpTimeSec
  return csOfSec(longSec) - (provenSpanCs(up.at, context.now) ?? 0)
}

const phaseOf = (
  context: DialingContext,
  state: DialingState,
  {
    refusal,
    isExhausted,
    isLocked,
  }: {
    readonly refusal: Refusal | null
    readonly isExhausted: boolean
    readonly isLocked: boolean
  },
): LinkStatus['phase'] => {
  if (refusal?.deniedBy.some((denial) => denial.rule === 'ledger-unreadable')) return 'unreadable'
  if (holdOn(context.site, state) !== null) return 'held'
  if (isExhausted) return 'exhausted'
  if (state.attempt !== null && state.attempt.up !== null) return 'connected'
  if (state.attempt !== null || isLocked) return 'dialing'
  return refusal === null ? 'idle' : 'waiting'
}
