import type { Cell } from '../../../projections/table-projection'
import type { ViewChange, ViewProblem, ViewTarget } from '../../ports/view-store'
import type { Connection } from './connection'
import { listed, quoted, tableNameOf } from './view-schema'

const upsertState = `
INSERT OR REPLACE INTO view_states (generation, stream, revision, head, state)
VALUES (?, ?, ?, ?, ?)`

const upsertProblem = `
INSERT OR REPLACE INTO view_problems (generation, stream, revision, position, problem)
VALUES (?, ?, ?, ?, ?)`

const deleteProblems =
  'DELETE FROM view_problems WHERE generation = ? AND stream = ? AND revision <= ?'

const updateCheckpoint = 'UPDATE views SET checkpoint = ?, position = ? WHERE generation = ?'

const updateBulk = `
UPDATE views SET bulk_until = ?, bulk_done = ?, bulk_last = ? WHERE generation = ?`

const updateUnreadable = `
UPDATE views SET unreadable =
  (SELECT count(*) FROM view_problems WHERE view_problems.generation = views.generation)
WHERE generation = ?`

/** Writes rows, states and what they are true at. */
export const writeView = (
  connection: Connection,
): ((target: ViewTarget, change: ViewChange) => void) => {
  const state = connection.prepare(upsertState)
  const checkpointed = connection.prepare(updateCheckpoint)
  const bulk = connection.prepare(updateBulk)
  const noteProblems = problemsOn(connection)
  return (target, change) => {
    const { generation } = target
    clearRows(connection, target, change.cleared)
    writeRows(connection, target, change.rows)
    for (const { stream, revision, head, state: text } of change.states) {
      state.run(generation, stream, revision, head, text)
    }
    noteProblems(generation, change)
    const { until = null, done = null, last = null } = change.bulk ?? {}
    bulk.run(until, done, last, generation)
    if (change.checkpoint !== null) {
      checkpointed.run(change.checkpoint.text, change.checkpoint.position, generation)
    }
  }
}

const clearRows = (
  connection: Connection,
  { table, slot }: ViewTarget,
  cleared: ViewChange['cleared'],
): void => {
  const all = `DELETE FROM ${quoted(tableNameOf(table, slot))}`
  if (cleared === 'all') connection.exec(all)
  else if (cleared.length > 0) {
    const ofLink = connection.prepare<[string]>(`${all} WHERE link = ?`)
    for (const link of cleared) ofLink.run(link)
  }
}

const writeRows = (
  connection: Connection,
  { table, slot }: ViewTarget,
  rows: ViewChange['rows'],
): void => {
  if (rows.length === 0) return
  const columns = Object.keys(table.columns)
  const places = columns.map(() => '?').join(', ')
  const upsert = connection.prepare<Cell[]>(
    `INSERT OR REPLACE INTO ${quoted(tableNameOf(table, slot))} (${listed(columns)}) VALUES (${places})`,
  )
  for (const row of rows) upsert.run(...columns.map((column) => row[column] ?? null))
}

type Problems = Pick<ViewChange, 'problems' | 'accepted'>

const problemsOn = (connection: Connection): ((generation: number, found: Problems) => void) => {
  const accept = connection.prepare(deleteProblems)
  const note = connection.prepare(upsertProblem)
  const count = connection.prepare(updateUnreadable)
  return (generation, { problems, accepted }) => {
    if (problems.length + accepted.length === 0) return
    for (const { stream, past } of accepted) accept.run(generation, stream, past)
    for (const problem of problems) note.run(generation, ...cellsOf(problem))
    count.run(generation)
  }
}

const cellsOf = ({ stream, revision, position, problem }: ViewProblem): ReadonlyArray<Cell> => [
  stream,
  revision,
  position,
  problem,
]
