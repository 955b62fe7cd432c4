import type { Attempt } from './attempts'
import { attemptSpan } from './attempts'
import { statedOrSeenMs, type EventFact } from './fact'
import { lastAtMost } from './sorted'

/**
 * Ids of the grants that turn out early only through evidence of a higher revision: what it tells of
 * happened before the dialer was started, and less than `withinSec` before. Such grants are kept.
 */
export const lateEvidenceGrants = (
  facts: ReadonlyArray<EventFact>,
  attempts: ReadonlyMap<string, Attempt>,
  withinSec: number,
): ReadonlySet<string> => {
  const grants = [...attempts.values()].toSorted((a, b) => startMsOf(a) - startMsOf(b))
  const late = new Set<string>()
  facts.forEach((fact, index) => {
    if (!isFailure(fact)) return
    const atMs = statedOrSeenMs(fact)
    const own = fact.source.kind === 'import' ? null : fact.attempt
    const from = lastAtMost(grants, startMsOf, atMs - 1) + 1
    // Evidence without an attempt that lies within the one before is that one's.
    const before = grants[from - 1]
    if (own === null && before !== undefined && atMs <= attemptSpan(before).toMs) return
    for (let at = from; at < grants.length; at += 1) {
      const attempt = grants[at]
      if (attempt === undefined || startMsOf(attempt) - atMs >= withinSec * 1000) break
      if (attempt.grantIndex < index && attempt.grant.id !== own) late.add(attempt.grant.id)
    }
  })
  return late
}

const isFailure = (fact: EventFact): boolean =>
  fact.kind === 'evidence' || (fact.kind === 'ended' && fact.abnormal)

/** When the dialer was let go; evidence between grant and start is late too. */
const startMsOf = ({ grant, startedFact }: Attempt): number =>
  startedFact?.occurred.ms ?? grant.occurred.ms
