import type { Connection } from './connection'

const selectStream = `
SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) AS revision
FROM streams WHERE name = ?`

/** A stream's number and its last revision. */
export type FoundStream = { readonly id: number; readonly revision: number }

/** Finds a stream by its name; undefined: it has no events yet. */
export const findStream = (connection: Connection): ((name: string) => FoundStream | undefined) => {
  const statement = connection.prepare<[string], FoundStream>(selectStream)
  return (name) => statement.get(name)
}
