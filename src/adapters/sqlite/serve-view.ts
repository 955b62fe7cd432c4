import type { ViewTarget } from '../../ports/view-store'
import type { Connection } from './connection'
import { dropView } from './drop-view'
import { quoted, tableNameOf } from './view-schema'
import { viewStanding } from './view-standing'

const updateSlot = `UPDATE views SET slot = 'served', table_name = ? WHERE generation = ?`

/** Puts the table that was made in the place of the served one, unless that one has come further. */
export const serveView = (
  connection: Connection,
): ((target: ViewTarget, isComparable: boolean) => boolean) => {
  const standing = viewStanding(connection)
  const drop = dropView(connection)
  const update = connection.prepare(updateSlot)
  return ({ name, table, slot, generation }, isComparable) => {
    const fresh = standing(name, slot)
    const served = standing(name, 'served')
    const isBehind =
      isComparable &&
      served?.version === fresh?.version &&
      served?.ledgerId === fresh?.ledgerId &&
      (served?.position ?? -1) > (fresh?.position ?? -1)
    if (isBehind) return false
    drop(name, 'served')
    const servedName = tableNameOf(table, 'served')
    connection.exec(
      `ALTER TABLE ${quoted(tableNameOf(table, slot))} RENAME TO ${quoted(servedName)}`,
    )
    update.run(servedName, generation)
    return true
  }
}
