import * as TE from 'fp-ts/TaskEither'
import { linkHealth } from '../../../projections/link-health'
import { tableProjections } from '../../../projections/table-projections'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { sqliteViewStore } from '../../../src/adapters/sqlite/sqlite-view-store'
import { runProjection } from '../../../src/application/run-projection'
import type { ProjectionMessage } from '../../../src/application/projection-message'
import type { ViewStore } from '../../../src/ports/view-store'
import { eventually } from '../../support/eventually'
import { newFolder, removeFolders, stores } from '../../support/gate-world'
import { linkEvents } from '../../support/link-events'
import {
  allEvents,
  caughtUp,
  plainRows,
  projectionWorld,
  rebuilt,
  tagsOf,
} from '../../support/projection-world'
import { replaceableStore } from '../../support/replaceable-store'

afterAll(removeFolders)

const health = tableProjections.find(({ name }) => name === linkHealth.name)!

/** A table of ten events, and an older copy of their ledger, which has four of them. */
const worldWithOlder = async (open = () => Promise.resolve(memoryEventStore())) => {
  const { store, put } = replaceableStore(await open())
  const world = projectionWorld(store)
  await world.append(linkEvents(10))
  await caughtUp(world, health)
  const older = projectionWorld(await open())
  await older.append(linkEvents(4))
  const expectPlain = async () =>
    expect(world.rows('link_health')).toEqual(plainRows(linkHealth, await allEvents(store)))
  return { world, older, put: () => put(older.store), expectPlain }
}

describe.each(stores)('a ledger in %s that is restored from an older backup', (_name, open) => {
  it('has its views made anew by a rebuild', async () => {
    const { world, put, expectPlain } = await worldWithOlder(open)
    put()
    expect(tagsOf(await rebuilt(world, health))).toEqual(['Anew', 'Progress', 'Served'])
    await expectPlain()
  })

  it('has its views made anew by whoever keeps them true', async () => {
    const { world, put, expectPlain } = await worldWithOlder(open)
    put()
    expect((await caughtUp(world, health))[0]).toEqual({ _tag: 'Anew', because: 'rolled-back' })
    await expectPlain()
  })
})

describe('an older copy that is put in the place of a ledger', () => {
  it('is noticed by a runner that went on from the end and waits', async () => {
    const { world, older, put, expectPlain } = await worldWithOlder()
    const end = new AbortController()
    const told: ProjectionMessage[] = []
    const options = { signal: end.signal, pastUnreadable: false }
    const ended = (async () => {
      for await (const message of runProjection(world.parts, linkHealth, options)) {
        told.push(message)
      }
    })()
    await eventually(() => tagsOf(told).includes('CaughtUp'))
    await older.append(linkEvents(12, { link: 'other' }))
    put()
    await eventually(() => tagsOf(told).includes('Served'))
    end.abort()
    await ended
    expect(told).toContainEqual({ _tag: 'Anew', because: 'rolled-back' })
    await expectPlain()
  })
})

describe('a table that cannot be made', () => {
  it('is given up when a stream does not go on from its own state in a fresh fold', async () => {
    const world = projectionWorld(memoryEventStore())
    await world.append(linkEvents(2))
    const views = sqliteViewStore(`${newFolder()}/views.db`)
    const state = { stream: 'link-isp', revision: -1n, head: 'none', state: 'null' }
    const broken: ViewStore = { ...views, states: () => TE.right([state]) }
    const timeline = tableProjections.find(({ name }) => name === 'timeline')!
    const told: string[] = []
    await timeline.use(async (projection) => {
      const parts = { ...world.parts, views: broken }
      const options = { signal: new AbortController().signal, pastUnreadable: false }
      for await (const message of runProjection(parts, projection, options)) {
        told.push(message._tag)
        if (told.length > 20) break
      }
    })
    expect(told).toEqual(['Anew', 'Anew', 'Failed'])
    await views.close()
  })
})
