import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { StreamHead } from '../adapters/codec'
import type { AppendError, Appended, SealedEvent } from '../ports/event-store'
import type { LedgerParts } from './ledger-parts'

const repeatsMax = 40
const repeatPauseMs = 250

/**
 * Appends sealed events at the head that they were sealed against. While the outcome is unknown the
 * same bytes are appended again at the same revision, never elsewhere and never anew (R1). Then only
 * success or a conflict settles it: that a repetition failed says nothing of the first.
 */
export const appendUntilKnown = async (
  parts: Pick<LedgerParts, 'store' | 'sleepMs'>,
  head: StreamHead,
  events: NonEmptyArray<SealedEvent>,
): Promise<E.Either<AppendError, Appended>> => {
  const append = parts.store.append(head.stream, head.revision, events)
  const first = await append()
  if (E.isRight(first) || first.left._tag !== 'UnknownOutcome') return first
  for (let repeat = 1; repeat <= repeatsMax; repeat += 1) {
    await parts.sleepMs(repeatPauseMs)
    const repeated = await append()
    if (E.isRight(repeated) || repeated.left._tag === 'Conflict') return repeated
  }
  return first
}
