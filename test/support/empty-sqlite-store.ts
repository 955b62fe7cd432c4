import Database from 'better-sqlite3'
import { join } from 'node:path'
import { connect } from '../../src/adapters/sqlite/connection'
import {
  applicationId,
  createEvents,
  createGuards,
  createStreams,
} from '../../src/adapters/sqlite/schema'
import { sqliteEventStore } from '../../src/adapters/sqlite/sqlite-event-store'
import type { EventStore } from '../../src/ports/event-store'

let files = 0

/** A new file with the tables of a ledger and nothing in them; gives its path. */
const emptyDatabase = (folder: string): string => {
  const path = join(folder, `${files++}.db`)
  const database = new Database(path)
  for (const statement of [createStreams, createEvents, ...createGuards]) database.exec(statement)
  database.pragma(`application_id = ${applicationId}`)
  database.close()
  return path
}

/** A store on a new file with nothing in it. */
export const emptySqliteStore = (folder: string): EventStore => {
  const path = emptyDatabase(folder)
  return sqliteEventStore({ connection: connect(path), reconnect: () => connect(path) })
}
