import type { BulkMark, ViewSlot, ViewStanding } from '../../ports/view-store'
import type { Connection } from './connection'

const selectStanding = `
SELECT generation, version, ledger, checkpoint, position, bulk_until, bulk_done, bulk_last
FROM views WHERE projection = ? AND slot = ?`

type StandingRow = Pick<ViewStanding, 'generation' | 'version' | 'checkpoint'> & {
  readonly ledger: string
  readonly position: number | null
  readonly bulk_until: number | null
  readonly bulk_done: number | null
  readonly bulk_last: string | null
}

/** What a table of a view is true at, and the position of that; undefined: there is no such table. */
export const viewStanding = (
  connection: Connection,
): ((
  projection: string,
  slot: ViewSlot,
) => (ViewStanding & { readonly position: number | null }) | undefined) => {
  const statement = connection.prepare<[string, ViewSlot], StandingRow>(selectStanding)
  return (projection, slot) => {
    const row = statement.get(projection, slot)
    if (row === undefined) return undefined
    const { generation, version, ledger, checkpoint, position } = row
    return { generation, version, ledgerId: ledger, checkpoint, position, bulk: bulkOf(row) }
  }
}

const bulkOf = ({ bulk_until, bulk_done, bulk_last }: StandingRow): BulkMark | null =>
  bulk_until === null || bulk_done === null || bulk_last === null
    ? null
    : { until: BigInt(bulk_until), done: bulk_done, last: bulk_last }
