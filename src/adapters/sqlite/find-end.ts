import type { Connection } from './connection'

const selectEnd = 'SELECT max(position) FROM events'

type EndRow = readonly [position: number | null]

/** Finds the position of the last event of the ledger; null: there is none. */
export const findEnd = (connection: Connection): (() => bigint | null) => {
  const statement = connection.prepare<[], EndRow>(selectEnd).raw()
  return () => {
    const position = statement.get()?.[0] ?? null
    return position === null ? null : BigInt(position)
  }
}
