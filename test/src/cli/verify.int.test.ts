import Database from 'better-sqlite3'
import { join } from 'node:path'
import { sqliteViewStore } from '../../../src/adapters/sqlite/sqlite-view-store'
import { sealedEvent } from '../../support/sealed-events'
import { cliWorld } from '../../support/cli-world'
import { rightOf } from '../../support/event-store-contract'
import { newFolder, removeFolders } from '../../support/gate-world'

afterAll(removeFolders)

const worldWithViews = () => {
  const world = cliWorld()
  const path = join(newFolder(), 'views.db')
  world.openViews = () => sqliteViewStore(path)
  return { world, path }
}

describe('verify', () => {
  it('finds a ledger and its views whole', async () => {
    const { world } = worldWithViews()
    await world.dial()
    await world.run('rebuild')
    const { code, out } = await world.run('verify')
    expect(code).toBe(0)
    expect(out).toContain('1 events in 1 streams: every stream is whole')
    expect(out).toContain('link-health: as a fresh fold gives it')
  })

  it('finds an event that does not name the one before it, and one that cannot be read', async () => {
    const { world } = worldWithViews()
    await world.dial()
    await rightOf(world.store.append('link-isp', 0n, [sealedEvent(9)]))
    const { code, json } = await world.run('verify', '--json')
    expect(code).toBe(1)
    expect(json().damage).toMatchObject([
      { stream: 'link-isp', revision: '1', position: '2', what: 'chain' },
      { stream: 'link-isp', revision: '1', position: '2', what: 'unreadable' },
    ])
  })

  it('finds a view that is not as a fresh fold gives it', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    await world.run('rebuild')
    const connection = new Database(path)
    connection.exec("UPDATE timeline SET summary = 'nothing'")
    connection.close()
    expect(await world.run('verify')).toMatchObject({
      code: 1,
      out: expect.stringContaining('timeline: differs from a fresh fold'),
    })
  })
})
