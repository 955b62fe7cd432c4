import type { ViewSlot } from '../../ports/view-store'
import type { Connection } from './connection'
import { quoted } from './view-schema'

const selectView = 'SELECT generation, table_name FROM views WHERE projection = ? AND slot = ?'
const deleteStates = 'DELETE FROM view_states WHERE generation = ?'
const deleteProblems = 'DELETE FROM view_problems WHERE generation = ?'
const deleteView = 'DELETE FROM views WHERE generation = ?'

type ViewRow = { readonly generation: number; readonly table_name: string }

/** Removes the table of a slot with everything that belongs to it, if it is there. */
export const dropView = (
  connection: Connection,
): ((projection: string, slot: ViewSlot) => void) => {
  const find = connection.prepare<[string, ViewSlot], ViewRow>(selectView)
  const deletions = [deleteStates, deleteProblems, deleteView].map((sql) => connection.prepare(sql))
  return (projection, slot) => {
    const view = find.get(projection, slot)
    if (view === undefined) return
    connection.exec(`DROP TABLE IF EXISTS ${quoted(view.table_name)}`)
    for (const deletion of deletions) deletion.run(view.generation)
  }
}
