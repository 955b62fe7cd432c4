import { findingsTable } from '../../../projections/findings-table'
import { linkHealth } from '../../../projections/link-health'
import { tableProjections } from '../../../projections/table-projections'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import type { EventStore } from '../../../src/ports/event-store'
import { removeFolders } from '../../support/gate-world'
import { linkEvents } from '../../support/link-events'
import { allEvents, plainRows, projectionWorld, rebuilt } from '../../support/projection-world'

afterAll(removeFolders)

const health = tableProjections.find(({ name }) => name === linkHealth.name)!
const findings = tableProjections.find(({ name }) => name === findingsTable.name)!

/** One link costs more to judge the longer it is. */
const links = [...'abcdefghijklmnopqrstuvwxyz']

/** Questions about what a ledger holds, before each of which something is appended. */
const questions = ['end', 'streams', 'newest', 'readStream'] as const

describe('a rebuild', () => {
  it.each(questions)('loses no link that begins before a call of %s', async (question) => {
    const ledger = memoryEventStore()
    const writer = projectionWorld(ledger)
    await writer.append(linkEvents(4, { link: 'a' }))
    let rounds = 0
    const store: EventStore = new Proxy(ledger, {
      get: (of, name: keyof EventStore) =>
        name !== question
          ? of[name]
          : (...asked: never[]) =>
              async () => {
                if ((rounds += 1) < 4) await appendMore(rounds)
                const answer: unknown = Reflect.apply(of[name], of, asked)
                return typeof answer === 'function' ? answer() : answer
              },
    })
    const appendMore = async (round: number): Promise<void> => {
      await writer.append(linkEvents(1, { link: `b${round}` }))
      await writer.append(linkEvents(2, { link: 'a', from: 2 + 2 * round }))
    }
    const world = projectionWorld(store)
    await rebuilt(world, health)
    expect(world.rows('link_health')).toEqual(plainRows(linkHealth, await allEvents(ledger)))
  })

  it('of findings stores what it has judged on its way, and goes on from there', async () => {
    const world = projectionWorld()
    for (const link of links) await world.append(linkEvents(100, { link }))
    const killed = await rebuilt(world, findings, { killedAfter: 6 })
    const stored = killed.filter(({ _tag }) => _tag === 'Stored')
    expect(stored).toMatchObject([{ events: 2_000 }])
    const told = await rebuilt(world, findings)
    expect(told.filter(({ _tag }) => _tag === 'Stored')).toMatchObject([{ events: 600 }])
    expect(world.rows('findings')).toEqual(plainRows(findingsTable, await allEvents(world.store)))
  })
})
