import * as E from 'fp-ts/Either'
import { isObject } from '../adapters/codec'
import type { RecordedEvent } from '../ports/event-store'

/** Events of which every append is whole, and the begin of an append whose end is yet to be read. */
export type HeldBack = {
  readonly whole: RecordedEvent[]
  readonly begun: ReadonlyArray<RecordedEvent>
}

/**
 * Splits events that were read in order behind the last append that is whole. Each event tells how
 * many of the same append follow; an event that cannot be read tells nothing and stands alone.
 */
export const heldBack = (events: ReadonlyArray<RecordedEvent>): HeldBack => {
  const last = events.at(-1)
  if (last === undefined || followers(last) === 0) return { whole: [...events], begun: [] }
  let begin = events.length - 1
  // In an append the count goes down by one an event: anything else belongs to an earlier append.
  while (begin > 0 && isOneAppend(events[begin - 1], events[begin])) begin -= 1
  return { whole: events.slice(0, begin), begun: events.slice(begin) }
}

const isOneAppend = (earlier: RecordedEvent | undefined, later: RecordedEvent | undefined) =>
  earlier !== undefined &&
  later !== undefined &&
  earlier.stream === later.stream &&
  followers(earlier) === followers(later) + 1

const followers = ({ metadata }: RecordedEvent): number => {
  const parsed = E.tryCatch(
    (): unknown => JSON.parse(metadata),
    () => undefined,
  )
  const more = E.isRight(parsed) && isObject(parsed.right) ? parsed.right['more'] : undefined
  return typeof more === 'number' && Number.isSafeInteger(more) ? more : 0
}
