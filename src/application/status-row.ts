import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { DialingContext } from '../../domain/dial-denials'
import { withAbandonment } from '../../domain/dialing'
import type { DialingState, OpenAttempt } from '../../domain/dialing-state'
import { holdOn } from '../../domain/hold'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { statusOf, type LinkStatus } from '../../domain/link-status'
import type { SeenEvidence } from '../../domain/retry-window'
import { isoOfMs, wallMsOf } from '../../domain/time'
import { linkHealth, type LinkHealth } from '../../projections/link-health'
import type { ReadError } from '../ports/event-store'
import type { LedgerParts } from './ledger-parts'
import { loadLink, type LoadedLink } from './load-link'

/** One link of `status --json`; times are ISO 8601 UTC, revisions decimal strings. */
export type StatusRow = {
  readonly link: LinkId
  readonly phase: LinkStatus['phase']
  readonly mayDial: boolean
  readonly deniedBy: ReadonlyArray<{ readonly rule: string; readonly notBefore: string | null }>
  readonly closesAt: string | null
  readonly retryAfterSec: number | null
  /** When what makes the phase began; null: nothing did. */
  readonly since: string | null
  readonly upBasis: string | null
  readonly consecutiveFailures: number
  readonly lastFailure: {
    readonly type: string
    readonly origin: string
    readonly code: number | null
    readonly at: string
  } | null
  readonly policyVersion: string
  readonly revision: string | null
  /** The first failure since the link was last up; null: it is up, or never failed. */
  readonly downSince: string | null
}

/** Everything that a row of `status` is made of. */
export type ObservedLink = LoadedLink & {
  readonly health: LinkHealth
  /** Its lock is held though its attempt is over: something of it is still running. */
  readonly isLocked?: boolean
}

/** Whether somebody certainly has a link's lock. */
export type IsLocked = (link: LinkId) => Promise<boolean>

/**
 * Reads a link's state and for how long it has been down. Its lock is asked for only where the ledger
 * leaves open whether something runs: asking takes milliseconds.
 */
export const observeLink = (
  parts: LedgerParts,
  link: LinkId,
  isLocked?: IsLocked,
): TE.TaskEither<ReadError, ObservedLink> =>
  pipe(
    loadLink(parts, link),
    TE.flatMap((loaded) =>
      pipe(
        parts.fold(linkHealth, streamOfLink(link)),
        TE.map(({ view }): ObservedLink => ({ ...loaded, health: view })),
      ),
    ),
    TE.flatMap((observed) =>
      isLocked === undefined || !mayStillRun(contextNow(parts, link, observed), observed.state)
        ? TE.right(observed)
        : TE.fromTask(async () => ({ ...observed, isLocked: await isLocked(link) })),
    ),
  )

/** Whether an attempt is over for every gate although nobody settled it. */
const mayStillRun = (context: DialingContext, state: DialingState): boolean =>
  state.attempt !== null && withAbandonment(context, state).attempt === null

/** A link's row of `status` by the clocks' reading now, and the status that it was made of. */
export const statusRow = (
  parts: LedgerParts,
  link: LinkId,
  observed: ObservedLink,
): { readonly row: StatusRow; readonly status: LinkStatus } => {
  const context = contextNow(parts, link, observed)
  const { state, isLocked = false } = observed
  const status = statusOf(context, state, isLocked)
  const settled = withAbandonment(context, state)
  const abandonedAt = settled.attempt === state.attempt ? null : timeoutOf(state.attempt)
  const overAt = isLocked ? null : abandonedAt
  const row: StatusRow = {
    link,
    phase: status.phase,
    mayDial: status.refusal === null,
    deniedBy: status.refusal?.deniedBy ?? [],
    closesAt: status.closesAt,
    retryAfterSec: status.refusal?.retryAfterSec ?? null,
    since: status.phase === 'idle' ? null : (overAt ?? sinceOf(context, state)),
    upBasis: state.attempt?.up?.proof ?? null,
    consecutiveFailures: status.consecutiveFailures,
    lastFailure: lastFailureOf(settled, abandonedAt),
    policyVersion: policyVersionText(status.policyVersion),
    revision: state.revision < 0n ? null : state.revision.toString(),
    downSince: observed.health.downSince ?? abandonedAt,
  }
  return { row, status }
}

const contextNow = (parts: LedgerParts, link: LinkId, loaded: LoadedLink): DialingContext => {
  const now = parts.clock.read()
  return { site: loaded.site, now, occurred: now, draw: parts.draw, link }
}

/** When an attempt ran into its dial timeout, by the wall clock of its grant. */
const timeoutOf = (attempt: OpenAttempt | null): string | null =>
  attempt === null ? null : isoOfMs(wallMsOf(attempt.granted) + attempt.dialTimeoutSec * 1000)

const lastFailureOf = (
  { lastFailure }: { readonly lastFailure: SeenEvidence | null },
  abandonedAt: string | null,
): StatusRow['lastFailure'] => {
  if (lastFailure === null) return null
  const { type, origin, code, at } = lastFailure
  return { type, origin, code, at: abandonedAt ?? at }
}

const sinceOf = (context: DialingContext, state: DialingState): string | null =>
  holdOn(context.site, state)?.at ??
  state.attempt?.up?.at.wall ??
  state.attempt?.granted.wall ??
  state.lastFailure?.at ??
  null

/** The policy version in words: the revisions of the two streams that make it. */
export const policyVersionText = (version: LinkStatus['policyVersion']): string => {
  const named = [
    ...(version.site === null ? [] : [`site:${version.site}`]),
    ...(version.link === null ? [] : [`link:${version.link}`]),
  ]
  return named.length === 0 ? 'defaults' : named.join('+')
}
