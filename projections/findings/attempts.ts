import { statedOrSeenMs, type EventFact, type FactOf } from './fact'
import { lastAtMost } from './sorted'

/** What became of a granted dial, as far as the whole ledger tells. */
export type Attempt = {
  readonly grant: FactOf<'grant'>
  readonly grantIndex: number
  /** Index of the fact that settled it; null: none did. */
  readonly settledIndex: number | null
  readonly settledMs: number | null
  readonly upIndex: number | null
  readonly startedFact: EventFact | null
  readonly proof: string | null
  /** Nothing was dialed: it is recorded as not started, and nothing else was seen of it (R8). */
  readonly neverStarted: boolean
}

type Draft = { -readonly [K in keyof Attempt]: Attempt[K] } & { hasEvidence: boolean }

/** The attempts of one link's stream by their ids. */
export const attemptsOf = (facts: ReadonlyArray<EventFact>): ReadonlyMap<string, Attempt> => {
  const drafts = new Map<string, Draft>()
  facts.forEach((fact, index) => {
    if (fact.kind === 'grant') drafts.set(fact.id, begunBy(fact, index))
    else if (fact.attempt !== null && fact.source.kind !== 'import') {
      noteIn(drafts.get(fact.attempt), fact, index)
    }
  })
  return drafts
}

const begunBy = (grant: FactOf<'grant'>, grantIndex: number): Draft => ({
  grant,
  grantIndex,
  settledIndex: null,
  settledMs: null,
  upIndex: null,
  startedFact: null,
  proof: null,
  neverStarted: false,
  hasEvidence: false,
})

const noteIn = (attempt: Draft | undefined, fact: EventFact, index: number): void => {
  if (attempt === undefined) return
  const draft = attempt
  if (fact.kind === 'evidence' || fact.kind === 'ended') draft.hasEvidence = true
  if (fact.kind === 'started') draft.startedFact = fact
  if (fact.kind === 'up') {
    draft.upIndex ??= index
    draft.proof ??= fact.proof
  }
  if (draft.settledIndex !== null || !isSettlement(fact)) return
  draft.settledIndex = index
  draft.settledMs = fact.occurred.ms
  draft.neverStarted = fact.kind === 'not-started' && !draft.hasEvidence
}

const isSettlement = (fact: EventFact): boolean =>
  fact.kind === 'ended' ||
  fact.kind === 'not-started' ||
  fact.kind === 'abandoned' ||
  fact.type === 'ConnectionOpenFailed'

/** How long after its settlement evidence still is an attempt's. */
const settlesWithinMs = 3000

/** A time, in milliseconds, in which evidence of a link is that of a granted attempt. */
export type AttemptSpan = { readonly fromMs: number; readonly toMs: number }

/** The times of attempts, by their beginning; none overlaps another. */
export const attemptSpans = (attempts: Iterable<Attempt>): ReadonlyArray<AttemptSpan> => {
  const spans = [...attempts].map(attemptSpan)
  return joinedSpans(spans.toSorted((a, b) => a.fromMs - b.fromMs))
}

/** The time in which evidence of its link is an attempt's. */
export const attemptSpan = (attempt: Attempt): AttemptSpan => ({
  fromMs: statedOrSeenMs(attempt.grant),
  toMs: endMsOf(attempt) + settlesWithinMs,
})

/** Joins spans that overlap, so that one look-up tells whether a time is in any. */
const joinedSpans = (spans: ReadonlyArray<AttemptSpan>): ReadonlyArray<AttemptSpan> => {
  const joined: AttemptSpan[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last === undefined || last.toMs < span.fromMs) joined.push(span)
    else joined[joined.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) }
  }
  return joined
}

/** Whether a time that lasts a while touches one of the spans. */
export const isInSpan = (
  spans: ReadonlyArray<AttemptSpan>,
  fromMs: number,
  untilMs: number,
): boolean => {
  const span = spans[lastAtMost(spans, (one) => one.fromMs, untilMs - 1)]
  return span !== undefined && fromMs <= span.toMs
}

const endMsOf = ({ grant, settledMs, upIndex }: Attempt): number => {
  if (settledMs !== null) return settledMs
  return upIndex === null ? statedOrSeenMs(grant) + grant.dialTimeoutSec * 1000 : Infinity
}
