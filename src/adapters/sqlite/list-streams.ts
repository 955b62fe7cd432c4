import type { Connection } from './connection'

const selectStreams = 'SELECT name FROM streams WHERE category = ? ORDER BY id'

/** Lists the streams of a category in the order of their first events. */
export const listStreams = (
  connection: Connection,
): ((category: string) => ReadonlyArray<string>) => {
  const statement = connection.prepare<[string], { readonly name: string }>(selectStreams)
  return (category) => statement.all(category).map((row) => row.name)
}
