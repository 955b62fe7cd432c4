import * as O from 'fp-ts/Option'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  sqliteSnapshotStore,
  viewsFileOf,
} from '../../../../src/adapters/sqlite/sqlite-snapshot-store'
import type { Snapshot } from '../../../../src/ports/snapshot-store'
import { leftOf, rightOf } from '../../../support/event-store-contract'
import { temporaryFolder } from '../../../support/sqlite-ledger'

const snapshot: Snapshot = {
  projection: 'retry-windows',
  stream: 'link-isp',
  version: 1,
  revision: 63n,
  head: 'a'.repeat(64),
  view: '{"seen":1}',
  hash: 'b'.repeat(64),
}

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const open = (overrides = {}) =>
  sqliteSnapshotStore({
    path: join(folder, 'views.db'),
    ledgerId: 'one',
    readOnly: false,
    ...overrides,
  })

describe('snapshots beside a ledger', () => {
  it('lie in a file of their own', () => {
    expect(viewsFileOf('/var/lib/open-interval/ledger.db')).toBe('/var/lib/open-interval/views.db')
  })

  it('are there for the next process, the newest of each projection and stream', async () => {
    const first = open()
    expect(await rightOf(first.load(snapshot))).toEqual(O.none)
    await rightOf(first.save(snapshot))
    await rightOf(first.save({ ...snapshot, revision: 127n }))
    await rightOf(first.save({ ...snapshot, stream: 'link-b' }))
    await first.close()
    const second = open()
    expect(await rightOf(second.load(snapshot))).toEqual(O.some({ ...snapshot, revision: 127n }))
    expect(await rightOf(second.load({ ...snapshot, stream: 'link-b' }))).toEqual(
      O.some({ ...snapshot, stream: 'link-b' }),
    )
    expect(await rightOf(second.load({ ...snapshot, projection: 'attempts' }))).toEqual(O.none)
    await second.close()
  })

  it('are kept apart for two ledgers in one folder', async () => {
    const one = open()
    await rightOf(one.save(snapshot))
    await one.close()
    const two = open({ ledgerId: 'two' })
    expect(await rightOf(two.load(snapshot))).toEqual(O.none)
    await two.close()
  })

  it('are made anew when their file is damaged', async () => {
    const path = join(folder, 'views.db')
    const first = open()
    await rightOf(first.save(snapshot))
    await first.close()
    writeFileSync(path, `damaged${readFileSync(path, 'latin1').slice(7)}`, 'latin1')
    const second = open()
    expect(await leftOf(second.load(snapshot))).toMatchObject({ _tag: 'SnapshotsUnavailable' })
    expect(await rightOf(second.load(snapshot))).toEqual(O.none)
    await rightOf(second.save(snapshot))
    await second.close()
  })

  it('are neither made nor changed by who only reads', async () => {
    const reading = open({ readOnly: true })
    expect(await leftOf(reading.load(snapshot))).toMatchObject({ _tag: 'SnapshotsUnavailable' })
    expect(readdirSync(folder)).toEqual([])
    const writing = open()
    await rightOf(writing.save(snapshot))
    expect(await rightOf(reading.load(snapshot))).toEqual(O.some(snapshot))
    expect(await leftOf(reading.save({ ...snapshot, revision: 127n }))).toMatchObject({
      _tag: 'SnapshotsUnavailable',
    })
    expect(await rightOf(writing.load(snapshot))).toEqual(O.some(snapshot))
    await reading.close()
    await writing.close()
  })
})
