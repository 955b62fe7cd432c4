import { join } from 'node:path'
import { connect } from '../../../../src/adapters/sqlite/connection'
import { operationsOn } from '../../../../src/adapters/sqlite/operations'
import type { Session } from '../../../../src/adapters/sqlite/session'
import { watchChanges } from '../../../../src/adapters/sqlite/watch-changes'
import { eventually } from '../../../support/eventually'
import { rightOf } from '../../../support/event-store-contract'
import { sealedEvents } from '../../../support/sealed-events'
import { newLedger, temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)

/** A session whose connection a test replaces; no connection stands for a ledger that is away. */
const heldSession = () => {
  let operations: ReturnType<typeof operationsOn> | null = null
  const session: Pick<Session, 'current' | 'listeners'> = {
    current: () => {
      if (operations === null) throw new Error('the ledger is away')
      return operations
    },
    listeners: new Set<() => void>(),
  }
  const hold = (path: string | null): unknown => {
    operations = path === null ? null : operationsOn(connect(path))
    return operations?.dataVersion()
  }
  return { session, hold, close: () => operations?.connection.close() }
}

const watched = async (name: string) => {
  const path = join(folder, name)
  const { store } = await newLedger(path)
  const held = heldSession()
  const version = held.hold(path)
  let wakes = 0
  const watcher = watchChanges(held.session)
  watcher.changes(() => (wakes += 1))
  const end = async () => {
    watcher.stop()
    held.close()
    await store.close()
  }
  return { ...held, path, store, version, wakes: () => wakes, end }
}

describe('a watcher of a ledger file', () => {
  it('wakes for each commit of another connection, and for nothing else', async () => {
    const { store, wakes, end } = await watched('committed.db')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(wakes()).toBe(0)
    await rightOf(store.append('link-a', 'no_stream', sealedEvents(1)))
    await eventually(() => wakes() === 1)
    await rightOf(store.append('link-a', 0n, sealedEvents(2)))
    await eventually(() => wakes() === 2)
    await end()
  })

  it('wakes for a new connection, though that counts its versions from the same number', async () => {
    const { path, version, hold, wakes, end } = await watched('anew.db')
    expect(hold(path)).toBe(version)
    await eventually(() => wakes() === 1)
    await end()
  })

  it('wakes when the ledger goes away and when it is back, once each', async () => {
    const { path, hold, wakes, end } = await watched('away.db')
    hold(null)
    await eventually(() => wakes() === 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(wakes()).toBe(1)
    hold(path)
    await eventually(() => wakes() === 2)
    await end()
  })
})
