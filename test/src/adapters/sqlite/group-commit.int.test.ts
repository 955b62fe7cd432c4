import Database from 'better-sqlite3'
import * as E from 'fp-ts/Either'
import { join } from 'node:path'
import { connect } from '../../../../src/adapters/sqlite/connection'
import { sqliteEventStore } from '../../../../src/adapters/sqlite/sqlite-event-store'
import type { EventStore } from '../../../../src/ports/event-store'
import { eventsOf, leftOf, rightOf } from '../../../support/event-store-contract'
import { faultyConnector, sqliteError, type Fault } from '../../../support/faulty-connection'
import { sealedEvent, sealedEvents } from '../../../support/sealed-events'
import { newLedger, temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)
let ledgers = 0

const setUp = async (patience = { lockMs: 5_000, settleMs: 50 }) => {
  const path = join(folder, `${ledgers++}.db`)
  await (await newLedger(path)).store.close()
  const connector = faultyConnector(path)
  const store = sqliteEventStore({
    connection: connector.open(),
    reconnect: connector.open,
    patience,
  })
  await rightOf(store.append('link-a', 'no_stream', sealedEvents(1)))
  return { path, store, ...connector }
}

const idsIn = async (store: EventStore): Promise<ReadonlyArray<string>> =>
  (await eventsOf(store, 'link-a')).map(({ id }) => id)

const ids = (...numbers: ReadonlyArray<number>) => numbers.map((number) => sealedEvent(number).id)

/** Somebody who is reading an older state: no checkpoint can finish before the end of it. */
const reader = (path: string): { readonly end: () => void } => {
  const connection = new Database(path, { readonly: true })
  connection.exec('BEGIN')
  connection.prepare('SELECT count(*) FROM events').get()
  return { end: () => connection.close() }
}

const failCommit: Fault = (statement) =>
  statement === 'COMMIT'
    ? () => {
        throw sqliteError('SQLITE_IOERR_FSYNC')
      }
    : undefined

/** The commit reaches the file, and then its sync fails: a look-up may say anything. */
const failAfterCommit: Fault = (statement, run) =>
  statement === 'COMMIT'
    ? () => {
        run()
        throw sqliteError('SQLITE_IOERR_FSYNC')
      }
    : undefined

const noFault: Fault = () => undefined

describe('S1: an append that fails once its transaction has begun', () => {
  it.each([
    ['absent', failCommit],
    ['there', failAfterCommit],
  ])('stays unknown until a checkpoint has succeeded, the row being %s', async (_, fault) => {
    const { path, store, setFault } = await setUp()
    const reading = reader(path)
    await rightOf(store.append('link-a', 0n, sealedEvents(2)))
    setFault(fault)
    expect(await leftOf(store.append('link-a', 1n, sealedEvents(3)))).toMatchObject({
      _tag: 'UnknownOutcome',
    })
    setFault(noFault)
    expect(await leftOf(store.append('link-a', 1n, sealedEvents(3)))).toMatchObject({
      _tag: 'UnknownOutcome',
    })
    reading.end()
    expect(await rightOf(store.append('link-a', 1n, sealedEvents(3)))).toMatchObject({
      revision: 2n,
      repeated: fault === failAfterCommit,
    })
    expect(await idsIn(store)).toEqual(ids(1, 2, 3))
    await store.close()
  })

  it('is known at once where a checkpoint succeeds: there it was appended', async () => {
    const { store, setFault, seen } = await setUp()
    setFault(failAfterCommit)
    expect(await rightOf(store.append('link-a', 0n, sealedEvents(2)))).toMatchObject({
      revision: 1n,
      repeated: false,
    })
    expect(seen).toEqual({ connections: 2, checkpoints: 1 })
    await store.close()
  })

  it('is known at once where a checkpoint succeeds: absent it was not appended', async () => {
    const { store, setFault } = await setUp()
    setFault(failCommit)
    expect(await leftOf(store.append('link-a', 0n, sealedEvents(2)))).toMatchObject({
      _tag: 'Unavailable',
      why: expect.stringContaining('FSYNC'),
    })
    setFault(noFault)
    expect(await idsIn(store)).toEqual(ids(1))
    await store.close()
  })

  it('keeps other appends out meanwhile, and says that those were certainly not stored', async () => {
    const { path, store, setFault } = await setUp()
    const reading = reader(path)
    await rightOf(store.append('link-a', 0n, sealedEvents(2)))
    setFault(failCommit)
    await leftOf(store.append('link-a', 1n, sealedEvents(3)))
    setFault(noFault)
    expect(await leftOf(store.append('link-b', 'no_stream', sealedEvents(4)))).toMatchObject({
      _tag: 'Unavailable',
    })
    reading.end()
    expect(await eventsOf(store, 'link-b')).toEqual([])
    await store.close()
  })

  it('answers each append of its turn for itself', async () => {
    const { store, setFault } = await setUp()
    setFault(failAfterCommit)
    const results = await Promise.all([
      store.append('link-a', 0n, sealedEvents(2))(),
      store.append('link-a', 0n, sealedEvents(3))(),
      store.append('link-b', 'no_stream', sealedEvents(4))(),
    ])
    expect(results.map((result) => (E.isLeft(result) ? result.left._tag : 'Appended'))).toEqual([
      'Appended',
      'Conflict',
      'Appended',
    ])
    await store.close()
  })

  it('S5: stores an uncertain append that is repeated once, though others came in between', async () => {
    const { path, store, setFault } = await setUp()
    const reading = reader(path)
    await rightOf(store.append('link-a', 0n, sealedEvents(2)))
    setFault(failCommit)
    await leftOf(store.append('link-a', 1n, sealedEvents(3)))
    setFault(noFault)
    const other = sqliteEventStore({ connection: connect(path), reconnect: () => connect(path) })
    await rightOf(other.append('link-a', 1n, sealedEvents(4)))
    await other.close()
    reading.end()
    expect(await leftOf(store.append('link-a', 1n, sealedEvents(3)))).toEqual({
      _tag: 'Conflict',
      stream: 'link-a',
      actual: 2n,
    })
    expect(await idsIn(store)).toEqual(ids(1, 2, 4))
    await store.close()
  })
})

describe('S2: an append that finds the write lock held', () => {
  const holdLock = (path: string): Database.Database => {
    const holder = new Database(path)
    holder.exec('BEGIN IMMEDIATE')
    return holder
  }

  it('waits for it, without another connection and without a checkpoint', async () => {
    const { path, store, seen } = await setUp()
    const holder = holdLock(path)
    const appending = rightOf(store.append('link-a', 0n, sealedEvents(2)))
    setTimeout(() => holder.exec('COMMIT'), 60)
    expect(await appending).toMatchObject({ revision: 1n, repeated: false })
    expect(seen).toEqual({ connections: 1, checkpoints: 0 })
    holder.close()
    await store.close()
  })

  it('certainly stored nothing once its patience is at an end', async () => {
    const { path, store, seen } = await setUp({ lockMs: 40, settleMs: 50 })
    const holder = holdLock(path)
    expect(await leftOf(store.append('link-a', 0n, sealedEvents(2)))).toMatchObject({
      _tag: 'Unavailable',
    })
    holder.close()
    expect(seen).toEqual({ connections: 1, checkpoints: 0 })
    expect(await idsIn(store)).toEqual(ids(1))
    await store.close()
  })

  it('leaves the event loop to others between its tries', async () => {
    const { path, store } = await setUp()
    const holder = holdLock(path)
    const appending = rightOf(store.append('link-a', 0n, sealedEvents(2)))
    let turns = 0
    const timer = setInterval(() => turns++ === 5 && holder.exec('COMMIT'), 1).unref()
    await appending
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
    holder.close()
    await store.close()
  })
})

describe('appends of one turn', () => {
  it('share one transaction', async () => {
    const { store, setFault } = await setUp()
    let commits = 0
    setFault((statement) => {
      if (statement === 'COMMIT') commits++
      return undefined
    })
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        rightOf(store.append(`link-${index}x`, 'no_stream', sealedEvents(100 + index))),
      ),
    )
    expect(commits).toBe(1)
    await store.close()
  })
})

describe('a full disk', () => {
  it('loses nothing that was recorded, stores nothing by half, and is no reason to dial', async () => {
    const { path, store } = await setUp()
    const { connection, full } = fullDisk(path)
    const cramped = sqliteEventStore({ connection, reconnect: () => fullDisk(path).connection })
    const large = sealedEvent(2, { data: JSON.stringify('x'.repeat(200_000)) })
    expect(await leftOf(cramped.append('link-a', 0n, [large, sealedEvent(3)]))).toMatchObject({
      _tag: 'Unavailable',
      why: expect.stringContaining('full'),
    })
    expect(full).toBe(true)
    await cramped.close()
    expect(await idsIn(store)).toEqual(ids(1))
    await rightOf(store.append('link-a', 0n, [large, sealedEvent(3)]))
    expect(await idsIn(store)).toEqual(ids(1, 2, 3))
    await store.close()
  })

  const fullDisk = (path: string) => {
    const connection = connect(path)
    const pages = Number(connection.pragma('page_count', { simple: true }))
    const limit = connection.pragma(`max_page_count = ${pages}`, { simple: true })
    return { connection, full: limit === pages }
  }
})

describe('a store that was closed', () => {
  it('appends and reads nothing any more', async () => {
    const { store } = await setUp()
    const pending = store.append('link-a', 0n, sealedEvents(2))()
    await store.close()
    expect(E.isRight(await pending)).toBe(true)
    expect(await leftOf(store.append('link-a', 1n, sealedEvents(3)))).toMatchObject({
      _tag: 'Unavailable',
    })
    const range = { stream: 'link-a', direction: 'forwards', from: 'start', limit: 1 } as const
    expect(await leftOf(store.readStream(range))).toMatchObject({ _tag: 'Unavailable' })
  })
})
