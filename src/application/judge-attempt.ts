import * as E from 'fp-ts/Either'
import type { OpenAttempt } from '../../domain/dialing-state'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { retryWindows } from '../../projections/retry-windows'
import type { AttemptTraces, Judgement } from '../ports/liveness'
import type { GateParts } from './gate-parts'
import type { LedgerParts } from './ledger-parts'
import type { LoadedLink } from './load-link'

/** What a link's unsettled attempt was judged to be; `ended`: the one whose leftover was ended. */
export type JudgedAttempt = {
  readonly judgement: Judgement | null
  readonly ended: string | null
}

/** A link as it was read; `ended`: the attempt whose leftover an earlier try ended. */
export type ReadAttempt = { readonly loaded: LoadedLink; readonly ended: string | null }

/**
 * Judges the unsettled attempt of a link, if there is one. What an earlier try of the same request
 * ended is no longer there to be found, and is still to be recorded. Null: the ledger says otherwise by
 * now, and is to be read again.
 */
export const judgeAttempt = async (
  { parts, liveness }: GateParts,
  link: LinkId,
  { loaded, ended }: ReadAttempt,
): Promise<JudgedAttempt | null> => {
  const { attempt } = loaded.state
  if (attempt === null) return { judgement: null, ended }
  const isStill = () => isAsRead(parts, link, attempt)
  const judgement = await liveness.judge(link, tracesOf(attempt), isStill)
  if (judgement === 'outdated') return null
  if (judgement === 'leftover-ended') return { judgement, ended: attempt.id }
  return judgement === 'gone' && ended === attempt.id
    ? { judgement: 'leftover-ended', ended }
    : { judgement, ended }
}

/** Whether an unsettled attempt stands in the ledger now as it was read, and that can be told. */
const isAsRead = async (
  parts: LedgerParts,
  link: LinkId,
  { id, up }: OpenAttempt,
): Promise<boolean> => {
  const folded = await parts.fold(retryWindows, streamOfLink(link))()
  const now = E.isRight(folded) ? folded.right.view.attempt : null
  return now?.id === id && (now.up === null) === (up === null)
}

const tracesOf = (attempt: OpenAttempt): AttemptTraces => ({
  attempt: attempt.id,
  supervision: attempt.supervision,
  dialer: attempt.dialer,
  supervisor: attempt.supervisor,
  session: attempt.session,
  owner: attempt.owner,
  granted: attempt.granted,
  host: attempt.host,
  up: attempt.up !== null,
  dialTimeoutSec: attempt.dialTimeoutSec,
})
