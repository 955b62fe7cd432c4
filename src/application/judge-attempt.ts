import type { OpenAttempt } from '../../domain/dialing-state'
import type { LinkId } from '../../domain/link-id'
import type { AttemptTraces, Judgement, Liveness } from '../ports/liveness'

/** What a link's unsettled attempt was judged to be; `ended`: the one whose leftover was ended. */
export type JudgedAttempt = {
  readonly judgement: Judgement | null
  readonly ended: string | null
}

/** An unsettled attempt as it was read, and what asks the ledger whether it still stands so there. */
export type ReadAttempt = {
  readonly attempt: OpenAttempt | null
  readonly ended: string | null
  readonly isAsRead: () => Promise<boolean>
}

/**
 * Judges the unsettled attempt of a link, if there is one. What an earlier try of the same request
 * ended is no longer there to be found, and is still to be recorded. Null: the ledger says otherwise by
 * now, and is to be read again.
 */
export const judgeAttempt = async (
  liveness: Liveness,
  link: LinkId,
  { attempt, ended, isAsRead }: ReadAttempt,
): Promise<JudgedAttempt | null> => {
  if (attempt === null) return { judgement: null, ended }
  const judgement = await liveness.judge(link, tracesOf(attempt), isAsRead)
  if (judgement === 'outdated') return null
  if (judgement === 'leftover-ended') return { judgement, ended: attempt.id }
  return judgement === 'gone' && ended === attempt.id
    ? { judgement: 'leftover-ended', ended }
    : { judgement, ended }
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
