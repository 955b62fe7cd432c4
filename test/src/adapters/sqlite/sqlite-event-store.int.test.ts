import { emptySqliteStore } from '../../../support/empty-sqlite-store'
import { describeEventStore } from '../../../support/event-store-contract'
import { temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)

describeEventStore('SQLite', () => Promise.resolve(emptySqliteStore(folder)))
