import type { SealedEvent } from '../../ports/event-store'
import type { Connection } from './connection'
import { bytesOfUuid } from './event-row'

const insertEventRow = `
INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)`

/** Where an event goes: the number of its stream, and its revision there. */
export type EventPlace = { readonly stream: number; readonly revision: number }

/** Stores an event and gives its position, which SQLite draws inside the write transaction. */
export const insertEvent = (
  connection: Connection,
): ((place: EventPlace, event: SealedEvent) => bigint) => {
  const statement =
    connection.prepare<[number, number, Buffer, string, string, string]>(insertEventRow)
  return ({ stream, revision }, { id, type, data, metadata }) =>
    BigInt(statement.run(stream, revision, bytesOfUuid(id), type, data, metadata).lastInsertRowid)
}
