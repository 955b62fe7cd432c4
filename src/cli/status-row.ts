import type { DialingContext } from '../../domain/dial-denials'
import { statusOf, type LinkStatus } from '../../domain/link-status'
import type { DialingState } from '../../domain/dialing-state'
import type { LinkId } from '../../domain/link-id'
import type { LoadedLink } from '../application/load-link'
import type { LedgerParts } from '../application/ledger-parts'

/** One link of `status --json`; times are ISO 8601 UTC, revisions decimal strings. */
export type StatusRow = {
  readonly link: LinkId
  readonly phase: LinkStatus['phase']
  readonly mayDial: boolean
  readonly deniedBy: ReadonlyArray<{ readonly rule: string; readonly notBefore: string | null }>
  readonly closesAt: string | null
  readonly retryAfterSec: number | null
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
}

/** What the decider is asked with, at the clocks' reading now. */
export const contextNow = (
  parts: LedgerParts,
  link: LinkId,
  loaded: LoadedLink,
): DialingContext => {
  const now = parts.clock.read()
  return { site: loaded.site, now, occurred: now, draw: parts.draw, link }
}

/** A link's row of `status`, and the status that it was made of. */
export const statusRow = (
  parts: LedgerParts,
  link: LinkId,
  loaded: LoadedLink,
): { readonly row: StatusRow; readonly status: LinkStatus } => {
  const { state } = loaded
  const status = statusOf(contextNow(parts, link, loaded), state)
  const failure = state.lastFailure
  const row: StatusRow = {
    link,
    phase: status.phase,
    mayDial: status.refusal === null,
    deniedBy: status.refusal?.deniedBy ?? [],
    closesAt: status.closesAt,
    retryAfterSec: status.refusal?.retryAfterSec ?? null,
    since: sinceOf(state),
    upBasis: state.attempt?.up?.proof ?? null,
    consecutiveFailures: status.consecutiveFailures,
    lastFailure:
      failure === null
        ? null
        : { type: failure.type, origin: failure.origin, code: failure.code, at: failure.at },
    policyVersion: policyVersionText(status.policyVersion),
    revision: state.revision < 0n ? null : state.revision.toString(),
  }
  return { row, status }
}

const sinceOf = (state: DialingState): string | null =>
  state.held?.at ??
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
