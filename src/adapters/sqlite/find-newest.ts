import type { NewestEvent } from '../../ports/event-store'
import type { Connection } from './connection'
import { uuidOf } from './event-row'

const selectNewest = `
SELECT lower(hex(id)), revision, metadata FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?)
ORDER BY revision DESC LIMIT 1`

type NewestRow = readonly [idHex: string, revision: number, metadata: string]

/** Finds the newest event of a stream without reading what it says; null: there is none. */
export const findNewest = (connection: Connection): ((stream: string) => NewestEvent | null) => {
  const statement = connection.prepare<[string], NewestRow>(selectNewest).raw()
  return (stream) => {
    const row = statement.get(stream)
    if (row === undefined) return null
    const [idHex, revision, metadata] = row
    return { id: uuidOf(idHex), revision: BigInt(revision), metadata }
  }
}
