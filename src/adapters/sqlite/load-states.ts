import type { StoredState } from '../../ports/view-store'
import type { Connection } from './connection'

const selectState = `
SELECT revision, head, state FROM view_states WHERE generation = ? AND stream = ?`

type StateRow = Pick<StoredState, 'head' | 'state'> & { readonly revision: number }

/** Loads the states of some streams; those that were never stored are left out. */
export const loadStates = (
  connection: Connection,
): ((generation: number, streams: ReadonlyArray<string>) => ReadonlyArray<StoredState>) => {
  const statement = connection.prepare<[number, string], StateRow>(selectState)
  return (generation, streams) =>
    streams.flatMap((stream) => {
      const row = statement.get(generation, stream)
      return row === undefined ? [] : [{ ...row, stream, revision: BigInt(row.revision) }]
    })
}

const selectStatesAfter = `
SELECT stream, revision, head, state FROM view_states
WHERE generation = ? AND stream > ? ORDER BY stream LIMIT ?`

/** Loads some of all states, in the order of their streams' names, from after one on. */
export const loadStatesAfter = (
  connection: Connection,
): ((generation: number, stream: string, limit: number) => ReadonlyArray<StoredState>) => {
  const statement = connection.prepare<
    [number, string, number],
    StateRow & { readonly stream: string }
  >(selectStatesAfter)
  return (generation, stream, limit) =>
    statement
      .all(generation, stream, limit)
      .map((row) => ({ ...row, revision: BigInt(row.revision) }))
}
