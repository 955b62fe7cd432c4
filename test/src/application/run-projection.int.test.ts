import fc from 'fast-check'
import { rmSync, writeFileSync } from 'node:fs'
import type { LedgerEvent } from '../../../domain/events'
import { linkHealth } from '../../../projections/link-health'
import { retryWindowsTable } from '../../../projections/retry-windows-table'
import { tableProjections } from '../../../projections/table-projections'
import { sqliteViewStore } from '../../../src/adapters/sqlite/sqlite-view-store'
import { runProjection } from '../../../src/application/run-projection'
import type { ProjectionMessage } from '../../../src/application/projection-message'
import { aRecorded, uuidOf } from '../../support/event-builders'
import { eventually } from '../../support/eventually'
import { everyEvent } from '../../support/every-event'
import { removeFolders, stores } from '../../support/gate-world'
import { linkEvents as events } from '../../support/link-events'
import {
  allEvents,
  caughtUp,
  plainRows,
  projectionWorld,
  rebuilt,
  rowsIn,
  tagsOf,
  type ProjectionWorld,
} from '../../support/projection-world'
import { act, histories, newSimulation } from '../../support/simulate-links'

afterAll(removeFolders)

const health = tableProjections.find(({ name }) => name === linkHealth.name)!

const expectPlain = async (world: ProjectionWorld): Promise<void> => {
  expect(world.rows('link_health')).toEqual(plainRows(linkHealth, await allEvents(world.store)))
}

const cut = fc.record({
  /** How much of the history is there each time that a runner begins, in parts of a hundred. */
  parts: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }),
  pageSize: fc.integer({ min: 1, max: 40 }),
})

const everyCase = stores.flatMap(([store, open]) =>
  tableProjections.map((one) => [one.name, store, one, open] as const),
)

/** Stories of each projection on each store; a ledger on a disk takes longer to make than to fold. */
const runsOn = (store: string) => Number(process.env['FC_RUNS'] ?? (store === 'memory' ? 20 : 5))

describe.each(everyCase)(
  'the table of %s over a ledger in %s',
  (_name, store, projection, open) => {
    it('holds the rows of a plain fold, wherever runs began and ended', async () => {
      await fc.assert(
        fc.asyncProperty(histories, cut, async (history, { parts, pageSize }) => {
          const simulation = newSimulation()
          for (const happening of history) act(simulation, happening)
          const items = simulation.seen.map(({ item }) => item)
          const world = projectionWorld(await open())
          let stored = 0
          for (const part of [...parts.toSorted((a, b) => a - b), 100]) {
            const until = Math.floor((items.length * part) / 100)
            await world.append(items.slice(stored, until))
            stored = until
            await caughtUp(world, projection, { pageSize, pastUnreadable: true })
          }
          const all = await allEvents(world.store)
          expect(world.rows(projection.table.name)).toEqual(
            projection.use((it) => plainRows(it, all)),
          )
          await world.parts.views.close()
          await world.store.close()
        }),
        { numRuns: runsOn(store) },
      )
    })
  },
)

describe('a projection', () => {
  it('goes on where a run ended before the first event of the site policy', async () => {
    const byPolicy = tableProjections.find(({ name }) => name === 'retry-windows')!
    const world = projectionWorld()
    await world.append(events(3))
    await caughtUp(world, byPolicy)
    const policy = aRecorded(everyEvent.RetryPolicyChanged, 0n)
    await world.append([{ ...policy, stream: 'site-policy' }])
    expect(tagsOf(await caughtUp(world, byPolicy))).toEqual(['Stored', 'CaughtUp'])
    const all = await allEvents(world.store)
    expect(world.rows('retry_windows')).toEqual(byPolicy.use((it) => plainRows(it, all)))
  })

  it('makes an empty table of a ledger without events, twice', async () => {
    const world = projectionWorld()
    expect(tagsOf(await rebuilt(world, health))).toEqual(['Anew', 'Served'])
    expect(tagsOf(await rebuilt(world, health))).toEqual(['Anew', 'Served'])
    expect(world.rows('link_health')).toEqual([])
    await world.append(events(3))
    await caughtUp(world, health)
    await expectPlain(world)
  })

  it('goes on from its checkpoint, and reads nothing before it again', async () => {
    const world = projectionWorld()
    await world.append(events(5))
    expect(tagsOf(await caughtUp(world, health))).toEqual([
      'Anew',
      'Progress',
      'Served',
      'CaughtUp',
    ])
    await world.append(events(1, { from: 5 }))
    const told = await caughtUp(world, health)
    expect(told).toMatchObject([{ _tag: 'Stored', events: 1 }, { _tag: 'CaughtUp' }])
    await expectPlain(world)
  })

  it('serves the old table until the new one has caught up', async () => {
    const world = projectionWorld()
    await world.append(events(4))
    await caughtUp(world, health)
    const before = world.rows('link_health')
    await world.append(events(4, { link: 'other' }))
    await rebuilt(world, health, { killedAfter: 2 })
    expect(world.rows('link_health')).toEqual(before)
    await rebuilt(world, health)
    await expectPlain(world)
    expect(world.rows('link_health__next')).toBeNull()
  })

  it('goes on with a rebuild that was killed in the middle', async () => {
    const world = projectionWorld()
    for (let link = 0; link < 450; link += 1) await world.append(events(1, { link: `${link}` }))
    const told = await rebuilt(world, health, { killedAfter: 3 })
    expect(told.at(-1)).toEqual({ _tag: 'Progress', events: 400, done: 400, total: 450 })
    expect(await rebuilt(world, health)).toContainEqual({
      _tag: 'Progress',
      events: 50,
      done: 450,
      total: 450,
    })
    await expectPlain(world)
  })

  it.each([
    ['another version of the fold', { version: 1 }, 'changed-fold'],
    ['another ledger', { ledger: uuidOf(9) }, 'foreign-ledger'],
    ['an event that is not there any more', { checkpoint: 'gone' }, 'rolled-back'],
    ['a checkpoint that is none', { checkpoint: '{' }, 'damaged'],
  ])('folds a table anew that was made by %s', async (_what, spoiled, because) => {
    const world = projectionWorld()
    await world.append(events(3))
    await caughtUp(world, health)
    await spoil(world, spoiled)
    expect((await caughtUp(world, health))[0]).toEqual({ _tag: 'Anew', because })
    await expectPlain(world)
  })

  it('folds anew when a stream goes on from another event than the one it was folded to', async () => {
    const world = projectionWorld()
    await world.append(events(3))
    await caughtUp(world, health)
    await spoil(world, { head: 'f'.repeat(64) })
    await world.append(events(1, { from: 3 }))
    expect(tagsOf(await caughtUp(world, health))).toContain('Anew')
    await expectPlain(world)
  })

  it('changes the rows of links that nothing happened to when the policy of the site changes', async () => {
    const windows = tableProjections.find(({ name }) => name === retryWindowsTable.name)!
    const world = projectionWorld()
    await world.append([...events(2), ...events(2, { link: 'lte' })])
    await caughtUp(world, windows)
    const policy: LedgerEvent = {
      type: 'RetryPolicyChanged',
      data: { set: { openIntervalSec: 900 }, unset: [], reason: 'test', effectiveFrom: null },
    }
    await world.append([{ ...aRecorded(policy, 0n), stream: 'site-policy', id: uuidOf(7) }])
    await caughtUp(world, windows)
    const rows = world.rows('retry_windows')
    expect(rows).toMatchObject([{ required_sec: 900 }, { required_sec: 900 }])
    expect(rows).toEqual(plainRows(retryWindowsTable, await allEvents(world.store)))
  })

  it('leaves the table of a newer version alone', async () => {
    const world = projectionWorld()
    await caughtUp(world, health)
    await spoil(world, { version: 999_999 })
    expect(await caughtUp(world, health)).toEqual([
      { _tag: 'Failed', error: { _tag: 'NewerView', version: 999_999 } },
    ])
  })

  it('folds anew what was in a file that was damaged', async () => {
    const world = projectionWorld()
    await world.append(events(3))
    await caughtUp(world, health)
    await world.parts.views.close()
    for (const suffix of ['-wal', '-shm']) rmSync(`${world.path}${suffix}`, { force: true })
    writeFileSync(world.path, 'no database at all'.repeat(100))
    expect(tagsOf(await caughtUp(world, health))).toEqual([
      'Interrupted',
      'Anew',
      'Progress',
      'Served',
      'CaughtUp',
    ])
    await expectPlain(world)
  })
})

describe('an event that cannot be read', () => {
  const poisoned = async () => {
    const world = projectionWorld()
    await world.append(events(2))
    await caughtUp(world, health)
    await world.appendPoison('link-isp')
    return world
  }

  it('is noted with the view while it is live, and closes the row of its link', async () => {
    const world = await poisoned()
    const told = await caughtUp(world, health)
    expect(told[0]).toMatchObject({ _tag: 'Unreadable', problem: { position: 3n, revision: 2n } })
    expect(world.rows('link_health')).toMatchObject([
      { link: 'isp', unreadable: 'unknown event type DialTeleported' },
    ])
    expect(world.rows('views')).toMatchObject([{ slot: 'served', unreadable: 1 }])
    await expectPlain(world)
  })

  it('stops a rebuild with its position, and the old table goes on serving', async () => {
    const world = await poisoned()
    const before = world.rows('link_health')
    expect((await rebuilt(world, health)).at(-1)).toMatchObject({
      _tag: 'Failed',
      error: { _tag: 'PoisonEvent', position: 3n },
    })
    expect(world.rows('link_health')).toEqual(before)
    await rebuilt(world, health, { pastUnreadable: true })
    await expectPlain(world)
  })
})

/** Changes what a served table says of itself. */
const spoil = async (
  world: ProjectionWorld,
  change: { version?: number; ledger?: string; checkpoint?: string; head?: string },
): Promise<void> => {
  const { default: Database } = await import('better-sqlite3')
  const connection = new Database(world.path)
  const { head, ...ofView } = change
  if (ofView.checkpoint === 'gone') {
    const text = String(connection.prepare('SELECT checkpoint FROM views').pluck().get())
    ofView.checkpoint = text.replace(/"revision":"\d+"/u, '"revision":"77"')
  }
  for (const [column, value] of Object.entries(ofView)) {
    connection.prepare(`UPDATE views SET ${column} = ?`).run(value)
  }
  if (head !== undefined) connection.prepare('UPDATE view_states SET head = ?').run(head)
  connection.close()
}

/** A runner that goes on until it is ended. */
const running = (world: ProjectionWorld, views = sqliteViewStore(world.path)) => {
  const end = new AbortController()
  const told: ProjectionMessage[] = []
  const options = { signal: end.signal, pastUnreadable: false }
  const ended = (async () => {
    const parts = { ...world.parts, views }
    for await (const message of runProjection(parts, linkHealth, options)) told.push(message)
    await views.close()
  })()
  const tags = () => tagsOf(told)
  return { tags, end: () => (end.abort(), ended) }
}

describe('two runners of one projection', () => {
  it('run one after the other: the second takes over when the first is gone', async () => {
    const world = projectionWorld()
    const first = running(world)
    await eventually(() => first.tags().includes('CaughtUp'))
    const second = running(world)
    await eventually(() => second.tags().includes('Waiting'))
    await world.append(events(2))
    await eventually(() => first.tags().includes('Stored'))
    expect(second.tags()).toEqual(['Waiting'])
    await first.end()
    await eventually(() => second.tags().includes('CaughtUp'))
    await world.append(events(2, { from: 2 }))
    await eventually(() => second.tags().includes('Stored'))
    await second.end()
    await expectPlain(world)
  })

  it('do not write over each other when the lock of the first was lost', async () => {
    const world = projectionWorld()
    const first = running(world)
    await eventually(() => first.tags().includes('CaughtUp'))
    rmSync(`${world.path}.locks`, { recursive: true })
    const second = running(world)
    await eventually(() => second.tags().includes('CaughtUp'))
    await world.append(events(2))
    await eventually(() => second.tags().includes('Stored'))
    await eventually(() => first.tags().includes('Interrupted'))
    expect(first.tags()).not.toContain('Stored')
    await first.end()
    await second.end()
    await expectPlain(world)
  })

  it('leave a rebuild beside a live runner what it made, and the runner goes on from there', async () => {
    const world = projectionWorld()
    await world.append(events(4))
    const live = running(world)
    await eventually(() => live.tags().includes('CaughtUp'))
    await rebuilt(world, health)
    await world.append(events(3, { from: 4 }))
    await eventually(() => live.tags().includes('Stored'))
    await live.end()
    await expectPlain(world)
    expect(rowsIn(world.path, 'views')).toHaveLength(1)
  })
})
