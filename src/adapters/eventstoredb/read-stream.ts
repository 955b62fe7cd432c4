import * as E from 'fp-ts/Either'
import type { Page, ReadError, RecordedEvent, StreamRange } from '../../ports/event-store'
import { tombstoned } from './append-error'
import { collected } from './collected'
import { recordedEventOf } from './event-text'
import { reading } from './reading'
import type { StoreParts } from './store-parts'
import { startOfStream } from './start-of-stream'

/** Reads a page of one stream; one more than asked for tells whether there is more. */
export const readStream = async (
  parts: StoreParts,
  range: StreamRange,
): Promise<E.Either<ReadError, Page>> => {
  // Forwards from the end there is the newest event alone, backwards from the start the oldest.
  const isOne = range.from === (range.direction === 'forwards' ? 'end' : 'start')
  const limit = isOne ? Math.min(range.limit, 1) : range.limit
  const read = await eventsOf(parts, isOne ? turned({ ...range, limit }) : range, limit + 1)
  if (E.isLeft(read)) return read
  const next = isOne ? undefined : read.right[limit]
  return E.right({ events: read.right.slice(0, limit), next: next?.revision ?? null })
}

const turned = (range: StreamRange): StreamRange => ({
  ...range,
  direction: range.direction === 'forwards' ? 'backwards' : 'forwards',
})

/** The events of a range, at most so many. */
const eventsOf = async (
  parts: StoreParts,
  { stream, direction, from }: StreamRange,
  maxCount: number,
): Promise<E.Either<ReadError, ReadonlyArray<RecordedEvent>>> => {
  const read = await reading(parts, async (client) =>
    collected(
      client.readStream(stream, { direction, fromRevision: from, maxCount, requiresLeader: true }),
      parts.patience.readMs,
    ),
  )
  if (E.isLeft(read)) return read
  if (read.right === 'deleted') return E.left({ _tag: 'Corrupt', why: tombstoned(stream) })
  if (read.right === 'missing') return startOfStream(parts, stream)
  const events = read.right.map(recordedEventOf)
  const whole = events.filter((event) => event !== undefined)
  if (whole.length < events.length) {
    return E.left({ _tag: 'Corrupt', why: `the server does not tell positions in ${stream}` })
  }
  const isAll = from === (direction === 'forwards' ? 'start' : 'end')
  if (isAll && whole.length === 0) {
    return E.left({ _tag: 'Corrupt', why: `every event of ${stream} was truncated` })
  }
  const newest = direction === 'forwards' ? whole.at(-1) : whole[0]
  if (newest !== undefined) parts.ends.saw(stream, newest.revision)
  return E.right(whole)
}
