import type { TableVersion, ViewChange, ViewSlot } from '../../ports/view-store'
import type { Connection } from './connection'
import { dropView } from './drop-view'
import { createTableOf, tableNameOf } from './view-schema'

const insertView = `
INSERT INTO views
  (projection, slot, table_name, version, ledger, checkpoint, position,
   bulk_until, bulk_done, bulk_last)
VALUES
  (@projection, @slot, @table, @version, @ledgerId, @checkpoint, @position,
   @until, @done, @last)`

/** Where a new table goes, and what it will be true at. */
export type BeginView = Pick<ViewChange, 'checkpoint' | 'bulk'> & {
  readonly slot: ViewSlot
  readonly ledgerId: string
}

/** Makes the empty table of a slot in the place of any that is there; gives its generation. */
export const beginView = (
  connection: Connection,
): ((version: TableVersion, at: BeginView) => number) => {
  const drop = dropView(connection)
  const insert = connection.prepare(insertView)
  return ({ name, version, table }, { slot, ledgerId, checkpoint, bulk }) => {
    drop(name, slot)
    const { lastInsertRowid } = insert.run({
      projection: name,
      slot,
      table: tableNameOf(table, slot),
      version,
      ledgerId,
      checkpoint: checkpoint?.text ?? null,
      position: checkpoint?.position ?? null,
      until: bulk?.until ?? null,
      done: bulk?.done ?? null,
      last: bulk?.last ?? null,
    })
    const generation = Number(lastInsertRowid)
    for (const statement of createTableOf(table, slot, generation)) connection.exec(statement)
    return generation
  }
}
