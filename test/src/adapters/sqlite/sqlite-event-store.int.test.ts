import Database from 'better-sqlite3'
import { join } from 'node:path'
import {
  applicationId,
  createEvents,
  createGuards,
  createStreams,
} from '../../../../src/adapters/sqlite/schema'
import { connect } from '../../../../src/adapters/sqlite/connection'
import { sqliteEventStore } from '../../../../src/adapters/sqlite/sqlite-event-store'
import { describeEventStore } from '../../../support/event-store-contract'
import { temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)
let files = 0

const emptyDatabase = (): string => {
  const path = join(folder, `${files++}.db`)
  const database = new Database(path)
  for (const statement of [createStreams, createEvents, ...createGuards]) database.exec(statement)
  database.pragma(`application_id = ${applicationId}`)
  database.close()
  return path
}

describeEventStore('SQLite', () => {
  const path = emptyDatabase()
  const reconnect = () => connect(path)
  return Promise.resolve(sqliteEventStore({ connection: connect(path), reconnect }))
})
