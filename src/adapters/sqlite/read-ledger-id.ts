import { siteLedgerStream } from '../../../domain/events'
import type { Connection } from './connection'

const selectFirst = `
SELECT type, data FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision = 0`

/** The id in the event that every ledger begins with; undefined: it does not begin so. */
export const readLedgerId = (connection: Connection): string | undefined => {
  const row = connection
    .prepare<[string], { readonly type: string; readonly data: string }>(selectFirst)
    .get(siteLedgerStream)
  if (row?.type !== 'LedgerCreated') return undefined
  const data: unknown = JSON.parse(row.data)
  return typeof data === 'object' && data !== null && 'ledgerId' in data
    ? String(data.ledgerId)
    : undefined
}
