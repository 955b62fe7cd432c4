import type { DialingState } from './dialing-state'
import type { Denial, DenialRule } from './events'
import { holdOn, siteHoldOn } from './hold'
import { itemFromEnd } from './long-list'
import { policiesSince, policyNow, type PolicySources, type SitePolicy } from './policy-timeline'
import { intervalSecOf, type RetryPolicy } from './policy'
import { lastEventOf, provenAges } from './proven-age'
import {
  agedCs,
  ageCsOf,
  requiredSecOf,
  ruleOfWait,
  type Asked,
  type SeenEvidence,
} from './retry-window'
import { csOfSec, isoOfMs, wallMsOf, type ClockReading } from './time'

/** What this kernel can tell of an unsettled attempt (R5); null: there is none, or nobody looked. */
export type Judged =
  'alive' | 'gone' | 'leftover-ended' | 'leftover-stuck' | 'held' | 'unknown' | null

/** What a decision rests on besides the link's own stream. */
export type DialingContext = {
  readonly site: SitePolicy
  readonly now: ClockReading
  /** When what is reported was learned of; the same as `now` for a request. */
  readonly occurred: ClockReading
  /** The first 6 bytes of SHA-256 of a text (R10). */
  readonly draw: (text: string) => number
  readonly link: string
  /** The lease where a policy names none, if hosts share the ledger (R5). */
  readonly sharedLeaseSec?: number
}

/** Why a dial is denied. `retryAfterCs` is a hint; `final`: only a person can lift it. */
export type Refusal = {
  readonly deniedBy: ReadonlyArray<Denial>
  readonly notBefore: string | null
  readonly retryAfterSec: number | null
  readonly final: boolean
  /** The newest failure evidence of the link, what was just found lost included. */
  readonly lastFailure: SeenEvidence | null
}

/** The changes that make the policy of the link. */
export const sourcesOf = (context: DialingContext, state: DialingState): PolicySources => ({
  site: context.site.changes,
  link: state.policyChanges,
})

/** The policy of the link now. */
export const policyOf = (context: DialingContext, state: DialingState): RetryPolicy =>
  policyNow(sourcesOf(context, state))

/** What the ages of a link's events are told by. */
export const askedOf = (context: DialingContext, state: DialingState): Asked => ({
  ages: provenAges(state.trace, context.now),
  now: context.now,
  policy: policyOf(context, state),
})

type Denied = {
  readonly rule: DenialRule
  /** Centiseconds until it may no longer deny; null: nobody can say. */
  readonly leftCs: number | null
  readonly final: boolean
}

/** Why the link may not be dialed now; null: it may. */
export const refusalOf = (
  context: DialingContext,
  state: DialingState,
  request: { readonly judgement: Judged; readonly lockHeld: boolean },
): Refusal | null => {
  const asked = askedOf(context, state)
  const denied = [
    ...denialsByState(context, state, asked),
    ...(isSiteReleased(context, state) ? [siteReleased(context, state)] : []),
    ...(request.lockHeld ? [{ rule: 'lock-held' as const, leftCs: null, final: false }] : []),
    ...(request.judgement === 'leftover-stuck' ? [stillRunning(context, state)] : []),
    ...denialsByWaits(context, state, asked),
    ...denialsByLimits(state, asked),
  ]
  return denied.length === 0 ? null : refusalFrom(context, state, denied)
}

const stillRunning = (context: DialingContext, state: DialingState): Denied => ({
  rule: 'dialer-still-running',
  leftCs: intervalCsOf(context, state),
  final: false,
})

/**
 * Whether the site's policy was released past something unreadable and the link has not begun to
 * wait for that: the refusal that says so opens the window (R16).
 */
const isSiteReleased = (context: DialingContext, state: DialingState): boolean =>
  state.revision >= 0n &&
  context.site.releasedAt !== null &&
  state.readableSince < context.site.releasedAt

const siteReleased = (context: DialingContext, state: DialingState): Denied => ({
  rule: 'site-released',
  leftCs: intervalCsOf(context, state),
  final: false,
})

const intervalCsOf = (context: DialingContext, state: DialingState): number =>
  csOfSec(intervalSecOf(policyOf(context, state), Math.max(1, state.failures)))

const refusalFrom = (
  context: DialingContext,
  state: DialingState,
  denied: ReadonlyArray<Denied>,
): Refusal => {
  const nowMs = wallMsOf(context.now)
  const isFinal = denied.some((denial) => denial.final)
  const lefts = denied.flatMap((denial) => denial.leftCs ?? [])
  const hintCs = anchorEveryCs(context, state)
  const leftCs = lefts.length === 0 ? hintCs : Math.max(...lefts)
  return {
    deniedBy: denied.map(({ rule, leftCs: cs }) => ({
      rule,
      notBefore: cs === null ? null : isoOfMs(nowMs + cs * 10),
    })),
    notBefore: isFinal || lefts.length === 0 ? null : isoOfMs(nowMs + leftCs * 10),
    retryAfterSec: isFinal ? null : Math.max(1, Math.ceil(leftCs)) / 100,
    final: isFinal,
    lastFailure: state.lastFailure,
  }
}

/** Whether something that decides on the link cannot be read (R16). */
export const isUnreadable = (context: DialingContext, state: DialingState): boolean =>
  state.unreadable !== null || context.site.unreadable !== null

const denialsByState = (
  context: DialingContext,
  state: DialingState,
  asked: Asked,
): ReadonlyArray<Denied> => {
  const { policy } = asked
  const isExhausted = state.failures >= policy.maxOpenRetries
  const probed = itemFromEnd(state.dials, 1)
  const jitterCs = jitterCsOf(context, policy, state.newestWindowId)
  const probeLeftCs =
    probed === undefined ? 0 : csOfSec(policy.probeIntervalSec) + jitterCs - ageCsOf(asked, probed)
  const final = (rule: DenialRule): Denied => ({ rule, leftCs: null, final: true })
  return [
    ...(isUnreadable(context, state) ? [final('ledger-unreadable')] : []),
    ...(holdOn(context.site, state) === null ? [] : [final('held')]),
    ...(isExhausted && policy.onExhausted === 'hold' ? [final('exhausted')] : []),
    ...denialsByAttempt(context, state, asked),
    ...(isExhausted && policy.onExhausted === 'probe' && probeLeftCs > 0
      ? [{ rule: 'probe-interval' as const, leftCs: probeLeftCs, final: false }]
      : []),
  ]
}

const denialsByAttempt = (
  context: DialingContext,
  state: DialingState,
  asked: Asked,
): ReadonlyArray<Denied> => {
  const { attempt } = state
  if (attempt === null) return []
  if (attempt.up !== null) return [{ rule: 'connected', leftCs: null, final: false }]
  const { policy } = asked
  const openCs = csOfSec(attempt.dialTimeoutSec) - ageCsOf(asked, attempt.revision)
  const windowCs =
    csOfSec(intervalSecOf(policy, attempt.failureNumber)) + jitterCsOf(context, policy, attempt.id)
  return [{ rule: 'dialing', leftCs: Math.max(0, openCs) + windowCs, final: false }]
}

const denialsByWaits = (
  context: DialingContext,
  state: DialingState,
  asked: Asked,
): ReadonlyArray<Denied> =>
  openWaitsOf(context, state, asked)
    .filter(({ wait }) => wait.windowId !== state.waivedWindowId)
    .map(({ wait, leftCs }) => ({ rule: ruleOfWait(wait.kind), leftCs, final: false }))

/**
 * The waits that have not aged enough, with the centiseconds left, waived ones included; of the
 * evidence of one window only what keeps it closed for longest.
 */
export const openWaitsOf = (context: DialingContext, state: DialingState, asked: Asked) => {
  const sources = sourcesOf(context, state)
  const { policy } = asked
  const open = state.waits.flatMap((wait) => {
    const requiredSec = requiredSecOf(wait, policiesSince(sources, wait.since))
    const jitterCs =
      wait.kind === 'failure' && requiredSec > 0 ? jitterCsOf(context, policy, wait.windowId) : 0
    const leftCs = csOfSec(requiredSec) + jitterCs - agedCs(asked, wait)
    return requiredSec > 0 && leftCs > 0 ? [{ wait, requiredSec, jitterCs, leftCs }] : []
  })
  return open.filter(
    ({ wait, leftCs }, index) =>
      !open.some(
        (other, otherIndex) =>
          other.wait.windowId === wait.windowId &&
          other.wait.kind === wait.kind &&
          (other.leftCs > leftCs || (other.leftCs === leftCs && otherIndex > index)),
      ),
  )
}

/** Centiseconds that a window lasts longer by chance: the same draw for the same window (R10). */
export const jitterCsOf = (
  context: DialingContext,
  policy: RetryPolicy,
  windowId: string | null,
): number =>
  windowId === null || policy.jitterMaxSec === 0
    ? 0
    : csOfSec(context.draw(`${context.link}\n${windowId}`) % (policy.jitterMaxSec + 1))

const denialsByLimits = (state: DialingState, asked: Asked): ReadonlyArray<Denied> =>
  asked.policy.limits.flatMap((limit) => {
    const dial = itemFromEnd(state.dials, limit.max)
    const leftCs = dial === undefined ? 0 : csOfSec(limit.perSec) - ageCsOf(asked, dial)
    return leftCs > 0 ? [{ rule: 'limit' as const, leftCs, final: false }] : []
  })

/** Centiseconds after which a clock that is refused again leaves a new trace (R13). */
const anchorEveryCs = (context: DialingContext, state: DialingState): number =>
  Math.ceil(intervalCsOf(context, state) / 10)

/**
 * Whether a refusal must be appended, so that this clock leaves a span to prove ages by (R13).
 * Nothing is added to what cannot be read: no age is of use until it is released (R16). A ledger
 * that is held as a whole stands still, too, so that it can be copied.
 */
export const needsAnchor = (context: DialingContext, state: DialingState): boolean => {
  if (isUnreadable(context, state) || siteHoldOn(context.site, state) !== null) return false
  const last = lastEventOf(state.trace, context.now)
  return (
    last === null ||
    isSiteReleased(context, state) ||
    last.revision < state.lastNonRefusal ||
    last.sinceCs >= anchorEveryCs(context, state)
  )
}

/** The policy version in force, as revisions of the two streams that make it. */
export const revisionsOf = (sources: PolicySources) => ({
  site: sources.site.at(-1)?.revision.toString() ?? null,
  link: sources.link.at(-1)?.revision.toString() ?? null,
})
