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
import type { DialingState } from './dialing-state'
import { holdOn } from './hold'
import { intervalSecOf, type RetryPolicy } from './policy'
import type { SeenEvidence, WaitKind } from './retry-window'
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

/** The phase of a link at a clock reading: the first that holds. */
export const statusOf = (context: DialingContext, recorded: DialingState): LinkStatus => {
  const state = withAbandonment(context, recorded)
  const policy = policyOf(context, state)
  const nowMs = wallMsOf(context.now)
  const openWindows = openWaitsOf(context, state, askedOf(context, state)).map(
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
  const refusal = refusalOf(context, state, { judgement: null, lockHeld: false })
  const consecutiveFailures = failuresNow(context, state)
  return {
    phase: phaseOf(context, state, {
      exhausted: consecutiveFailures >= policy.maxOpenRetries,
      refusal,
    }),
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
  }
}

/** The failure count, which being up long enough resets (R6). */
const failuresNow = (context: DialingContext, state: DialingState): number => {
  const up = state.attempt?.up
  if (up === undefined || up === null) return state.failures
  const policy = policyOf(context, state)
  const longSec = up.proof === 'alive' ? intervalSecOf(policy, state.failures) : policy.minUpTimeSec
  return (provenSpanCs(up.at, context.now) ?? 0) >= csOfSec(longSec) ? 0 : state.failures
}

const phaseOf = (
  context: DialingContext,
  state: DialingState,
  { exhausted, refusal }: { readonly exhausted: boolean; readonly refusal: Refusal | null },
): LinkStatus['phase'] => {
  if (refusal?.deniedBy.some((denial) => denial.rule === 'ledger-unreadable')) return 'unreadable'
  if (holdOn(context.site, state) !== null) return 'held'
  if (exhausted) return 'exhausted'
  if (state.attempt !== null) return state.attempt.up === null ? 'dialing' : 'connected'
  return refusal === null ? 'idle' : 'waiting'
}
