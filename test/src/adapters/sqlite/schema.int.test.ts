import Database from 'better-sqlite3'
import { join } from 'node:path'
import { connect } from '../../../../src/adapters/sqlite/connection'
import { rightOf } from '../../../support/event-store-contract'
import { sealedEvents } from '../../../support/sealed-events'
import { newLedger, temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)
let ledgers = 0

/** A ledger with two events in `link-a` (stream 2), opened by a program that knows none of our settings. */
const foreignConnection = async (): Promise<Database.Database> => {
  const path = join(folder, `${ledgers++}.db`)
  const { store } = await newLedger(path)
  await rightOf(store.append('link-a', 'no_stream', sealedEvents(1, 2)))
  await store.close()
  return new Database(path)
}

const insertEvent = (verb: string, position: string, revision: number): string =>
  `${verb} INTO events VALUES (${position}, 2, ${revision}, zeroblob(16), 't', 'd', 'm')`

const attacks: ReadonlyArray<readonly [guards: ReadonlyArray<string>, statement: string]> = [
  [['events_update'], `UPDATE events SET data = 'x' WHERE position = 2`],
  [['events_delete'], 'DELETE FROM events WHERE position = 3'],
  [['streams_update'], `UPDATE streams SET name = 'link-b', category = 'link' WHERE id = 2`],
  [['streams_delete'], 'DELETE FROM streams WHERE id = 3'],
  [['events_dense', 'events_ordered'], insertEvent('INSERT OR REPLACE', '3', 1)],
  [['events_dense'], insertEvent('REPLACE', 'NULL', 1)],
  [['events_dense'], insertEvent('INSERT', 'NULL', 7)],
  [['events_dense'], insertEvent('INSERT', 'NULL', -1)],
  [['events_ordered'], insertEvent('INSERT OR REPLACE', '2', 2)],
  [['events_ordered'], insertEvent('INSERT', '0', 2)],
  [['streams_replace'], `INSERT OR REPLACE INTO streams VALUES (2, 'link-b', 'link')`],
  [['streams_replace'], `INSERT OR REPLACE INTO streams VALUES (9, 'link-a', 'link')`],
  [
    ['events_dense', 'events_ordered', 'events_update'],
    `${insertEvent('INSERT', '3', 1)} ON CONFLICT DO UPDATE SET data = 'x'`,
  ],
]

describe('the tables of a ledger', () => {
  it.each(attacks)('are kept by %j from: %s', async (guards, statement) => {
    const connection = await foreignConnection()
    connection.pragma('foreign_keys = OFF')
    connection.exec(`INSERT INTO streams VALUES (3, 'link-empty', 'link')`)
    const contents = () => connection.prepare('SELECT * FROM events').all()
    const before = contents()
    expect(() => connection.exec(statement)).toThrow('the ledger is append-only')
    expect(contents()).toEqual(before)
    // Without these guards nothing else stops it, so it was they that did.
    guards.forEach((guard) => connection.exec(`DROP TRIGGER ${guard}`))
    expect(() => connection.exec(statement)).not.toThrow()
    connection.close()
  })

  it('take no value of another kind, and no event of a stream that is not there', async () => {
    const connection = await foreignConnection()
    const insert = (values: string) => () => connection.exec(`INSERT INTO events VALUES ${values}`)
    expect(insert(`(NULL, 2, 2, 'text', 't', 'd', 'm')`)).toThrow(/BLOB|length/)
    expect(insert(`(NULL, 2, 2, zeroblob(15), 't', 'd', 'm')`)).toThrow(/CHECK/)
    expect(insert(`(NULL, 2, 2, zeroblob(16), 't', NULL, 'm')`)).toThrow(/NOT NULL/)
    connection.pragma('foreign_keys = ON')
    expect(insert(`(NULL, 99, 0, zeroblob(16), 't', 'd', 'm')`)).toThrow(/FOREIGN KEY/)
    connection.close()
  })
})

describe('a connection to a ledger', () => {
  it('is durable, strict and never waits long for another one', async () => {
    const foreign = await foreignConnection()
    const connection = connect(foreign.name)
    foreign.close()
    const setting = (name: string) => connection.pragma(name, { simple: true })
    expect(setting('journal_mode')).toBe('wal')
    expect(setting('synchronous')).toBe(2)
    expect(setting('foreign_keys')).toBe(1)
    expect(setting('trusted_schema')).toBe(0)
    expect(setting('recursive_triggers')).toBe(1)
    expect(setting('busy_timeout')).toBeLessThanOrEqual(20)
    connection.close()
  })
})
