import Database from 'better-sqlite3'
import { join } from 'node:path'
import { tableProjections } from '../../../projections/table-projections'
import { sqliteViewStore } from '../../../src/adapters/sqlite/sqlite-view-store'
import { sealedEvent } from '../../support/sealed-events'
import { cliWorld } from '../../support/cli-world'
import { rightOf } from '../../support/event-store-contract'
import { eventually } from '../../support/eventually'
import { newFolder, removeFolders } from '../../support/gate-world'
import { rowsIn } from '../../support/projection-world'

afterAll(removeFolders)

const worldWithViews = () => {
  const world = cliWorld()
  const path = join(newFolder(), 'views.db')
  world.openViews = () => sqliteViewStore(path)
  return { world, path }
}

describe('rebuild', () => {
  it('folds every view anew and says from how many events', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    await world.dial('backup')
    const { code, json } = await world.run('rebuild', '--json')
    expect(code).toBe(0)
    const document = json()
    expect(document).toMatchObject({ views: path, store: 'sqlite:/ledger.db' })
    expect(document.projections).toContainEqual({
      projection: 'link-health',
      table: 'link_health',
      events: 2,
      unreadable: 0,
      seconds: expect.any(Number),
    })
    expect(rowsIn(path, 'link_health')).toHaveLength(2)
  })

  it('rebuilds one view where it is named, and names the views there are for one there is not', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    expect((await world.run('rebuild', 'link-health')).out).toMatch(/^link-health: 1 events in /u)
    expect(rowsIn(path, 'link_health')).toHaveLength(1)
    const wrong = await world.run('rebuild', 'health')
    expect(wrong).toMatchObject({ code: 64, err: expect.stringContaining('link-health') })
  })

  it('stops at an event that cannot be read with 77 and its position, and goes past it if told to', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    await rightOf(world.store.append('link-isp', 0n, [sealedEvent(9)]))
    const stopped = await world.run('rebuild', 'link-health')
    expect(stopped.code).toBe(77)
    expect(stopped.err).toContain('stopped at position 2')
    expect(rowsIn(path, 'link_health')).toBeNull()
    const past = await world.run('rebuild', 'link-health', '--past-unreadable')
    expect(past).toMatchObject({ code: 0, out: expect.stringContaining('1 events cannot be read') })
    expect(rowsIn(path, 'link_health')).toMatchObject([{ unreadable: expect.any(String) }])
  })

  it('keeps views true with --follow until a signal ends it, a line a message with --json', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    const following = world.run('rebuild', 'link-health', '--follow', '--json')
    await eventually(() => rowsIn(path, 'link_health')?.length === 1)
    await world.dial('backup')
    await eventually(() => rowsIn(path, 'link_health')?.length === 2)
    world.signals.emit('SIGTERM', 'SIGTERM')
    const { code, lines } = await following
    expect(code).toBe(0)
    const tags = lines().map(({ _tag }) => _tag)
    expect(tags.slice(0, 5)).toEqual(['Anew', 'Progress', 'Served', 'CaughtUp', 'Stored'])
    expect(lines()[4]).toMatchObject({ projection: 'link-health', checkpoint: { position: '2' } })
  })
})

describe('rebuild --verify', () => {
  it('says that views are as a fresh fold gives them, and changes none', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    await world.run('rebuild')
    await world.dial('backup')
    const before = rowsIn(path, 'views')
    const { code, json } = await world.run('rebuild', '--verify', '--json')
    expect(code).toBe(0)
    expect(json().views).toHaveLength(tableProjections.length)
    for (const view of json().views) {
      expect(view).toMatchObject({ compared: true, onlyServed: [], onlyFresh: [], more: 0 })
    }
    expect(rowsIn(path, 'views')).toEqual(before)
  })

  it('prints the rows that differ, and exits 1', async () => {
    const { world, path } = worldWithViews()
    await world.dial()
    await world.run('rebuild')
    const connection = new Database(path)
    connection.exec('UPDATE link_health SET attempts = 7')
    connection.close()
    const { code, out } = await world.run('rebuild', 'link-health', '--verify')
    expect(code).toBe(1)
    expect(out).toContain('make it anew with: open-interval rebuild link-health')
    expect(out).toMatch(/served, but not folded: .*"attempts":7/u)
    expect(out).toMatch(/folded, but not served: .*"attempts":1/u)
  })

  it('is no fault where there is no view yet, and goes with no --follow', async () => {
    const { world } = worldWithViews()
    const none = await world.run('rebuild', 'link-health', '--verify')
    expect(none).toMatchObject({ code: 0, out: expect.stringContaining('no table yet') })
    expect((await world.run('rebuild', '--verify', '--follow')).code).toBe(64)
  })
})
