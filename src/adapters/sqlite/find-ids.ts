import type { AppendSite } from '../codec'
import type { Connection } from './connection'
import { uuidOf } from './event-row'

const selectIds = `
SELECT lower(hex(id)) AS idHex, revision, position FROM events
WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`

/** What part of a stream to look at, by the stream's number. */
export type IdRange = { readonly stream: number; readonly from: bigint; readonly limit: number }

/** Finds the ids that a stream holds from a revision on. */
export const findIds = (connection: Connection): ((range: IdRange) => AppendSite['stored']) => {
  const statement = connection.prepare<
    [number, bigint, number],
    { readonly idHex: string; readonly revision: number; readonly position: number }
  >(selectIds)
  return ({ stream, from, limit }) =>
    statement.all(stream, from, limit).map((row) => ({
      id: uuidOf(row.idHex),
      revision: BigInt(row.revision),
      position: BigInt(row.position),
    }))
}
