import type { Page, StreamRange } from '../../ports/event-store'
import type { Connection } from './connection'
import { eventColumns, recordedEvent, type EventRow } from './event-row'

const selectForwards = `
SELECT ${eventColumns} FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision >= ?
ORDER BY revision LIMIT ?`

const selectBackwards = `
SELECT ${eventColumns} FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision <= ?
ORDER BY revision DESC LIMIT ?`

const newest = 2n ** 63n - 1n

/** Reads a page of one stream. The page is read whole: an open cursor would pin the log. */
export const readStream = (connection: Connection): ((range: StreamRange) => Page) => {
  const forwards = connection.prepare<[string, bigint, number], EventRow>(selectForwards).raw()
  const backwards = connection.prepare<[string, bigint, number], EventRow>(selectBackwards).raw()
  return ({ stream, direction, from, limit }) => {
    const first = from === 'start' ? 0n : from === 'end' ? newest : from
    // Forwards from the end there is the newest event alone, whichever that is.
    if (direction === 'forwards' && from === 'end') {
      const events = backwards.all(stream, newest, Math.min(limit, 1))
      return { events: events.map((row) => recordedEvent(stream, row)), next: null }
    }
    const statement = direction === 'forwards' ? forwards : backwards
    // One more than asked for tells whether there is more.
    const rows = statement.all(stream, first, limit + 1)
    const next = rows[limit]
    const events = rows.slice(0, limit).map((row) => recordedEvent(stream, row))
    return { events, next: next === undefined ? null : BigInt(next[1]) }
  }
}
