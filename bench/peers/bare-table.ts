import Database from 'better-sqlite3'
import { bytesOfUuid } from '../../src/adapters/sqlite/event-row'
import type { RecordedEvent } from '../../src/ports/event-store'

const createBareEvents = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream TEXT,
  revision INTEGER,
  id BLOB,
  type TEXT,
  data TEXT,
  metadata TEXT
)`

const insertBareEvent = `
INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)`

/** Rows of events in a table without an index, a trigger or a check, each insert as durable as ours. */
export type BareTable = {
  readonly insert: (event: RecordedEvent) => void
  readonly close: () => void
}

/** Creates a bare table in a new file. */
export const bareTable = (path: string): BareTable => {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(createBareEvents)
  const statement = database.prepare(insertBareEvent)
  return {
    insert: ({ stream, revision, id, type, data, metadata }) => {
      statement.run(stream, revision, bytesOfUuid(id), type, data, metadata)
    },
    close: () => database.close(),
  }
}
