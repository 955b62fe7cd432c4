import type { LedgerRange, Page } from '../../ports/event-store'
import type { Connection } from './connection'
import { findEnd } from './find-end'
import { eventColumns, recordedEvent, type EventRow } from './event-row'

// CROSS JOIN keeps SQLite from sorting: it walks the events in their order.
const selectPage = `
SELECT ${eventColumns}, name
FROM events CROSS JOIN streams ON streams.id = events.stream
WHERE position > @from AND position <= @to
  AND (@kept IS NULL OR category IN (SELECT value FROM json_each(@kept)))
ORDER BY position LIMIT @limit`

type Scan = {
  readonly from: bigint
  readonly to: bigint
  readonly kept: string | null
  readonly limit: number
}

type LedgerRow = readonly [...EventRow, stream: string]

/** Most events that one page looks at, kept or not: a rare category must not block the loop. */
const scannedMax = 10_000n

/** Reads a page of the whole ledger; it may be empty and yet name where to go on. */
export const readAll = (connection: Connection): ((range: LedgerRange) => Page) => {
  const page = connection.prepare<[Scan], LedgerRow>(selectPage).raw()
  const end = findEnd(connection)
  return ({ after, categories, limit }) => {
    const from = after ?? 0n
    const to = from + scannedMax
    const kept = categories === null ? null : JSON.stringify(categories)
    const events = page.all({ from, to, kept, limit }).map(recordedInLedger)
    const seenTo = events.length < limit ? to : (events.at(-1)?.position ?? to)
    return { events, next: (end() ?? 0n) > seenTo ? seenTo : null }
  }
}

const recordedInLedger = ([position, revision, id, type, data, metadata, stream]: LedgerRow) =>
  recordedEvent(stream, [position, revision, id, type, data, metadata])
