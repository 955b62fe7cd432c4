import fc from 'fast-check'
import type { StreamItem } from '../../../domain/events'
import { auditAll } from '../../../projections/findings/audit-all'
import { findings } from '../../../projections/findings/findings'
import { verdictsOf } from '../../../projections/findings/verdicts'
import { linkJudge } from '../../../src/application/judge-links'
import { rightOf } from '../../support/event-store-contract'
import { gateBook, ledgerBook, logBook } from '../../support/ledger-book'
import { projectionWorld } from '../../support/projection-world'
import { act, histories, newSimulation } from '../../support/simulate-links'

const recorded = (items: ReadonlyArray<StreamItem>) =>
  items.flatMap((item) => (item.type === 'Unreadable' ? [] : [item]))

/** What the audit says of one link, or of all, by everything up to a position. */
const audited = (items: ReadonlyArray<StreamItem>, until: bigint, link: string | null) => {
  const known = items.filter(({ position }) => position <= until)
  return verdictsOf(known.reduce(findings.evolve, findings.initial), { ...auditAll, link }).dials
}

const judged = async (items: ReadonlyArray<StreamItem>, until: bigint) => {
  const world = projectionWorld()
  await world.append(recorded(items))
  const judge = linkJudge(world.store)
  return (streams: ReadonlyArray<string> | null) => rightOf(() => judge({ streams, until }))
}

describe('judging the links that changed', () => {
  it('comes to what the audit of the whole ledger says of them, up to a position', async () => {
    let dials = 0
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 100 }), async (history, part) => {
        const simulation = newSimulation()
        for (const happening of history) act(simulation, happening)
        const items = simulation.seen.map(({ item }) => item)
        const until = BigInt(Math.ceil((items.length * part) / 100))
        const judge = await judged(items, until)
        for (const link of ['isp', 'backup']) {
          const found = await judge([`link-${link}`])
          expect(found).toEqual(audited(items, until, link))
          dials += found.length
        }
        expect(await judge(null)).toEqual(audited(items, until, null))
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 100) },
    )
    expect(dials).toBeGreaterThan(100)
  })

  it('takes the records of a log that name other links, or none, into account', async () => {
    const book = ledgerBook()
    const log = logBook(book, { logId: 'srv/app' })
    log.add(9311, 100, { link: 'a' })
    log.add(289, 130, { link: null, candidates: ['b'] })
    log.add(301, 131, { link: 'b', seconds: 600 })
    log.add(289, 300, { link: 'a' })
    log.add(289, 310, { link: 'b' })
    log.read(0, 1000)
    gateBook(book, 'a').fail(2_000, gateBook(book, 'a').grant(1_990))
    const until = BigInt(book.items.length)
    const judge = await judged(book.items, until)
    for (const link of ['a', 'b']) {
      const found = await judge([`link-${link}`])
      expect(found).toEqual(audited(book.items, until, link))
      expect(found.length).toBeGreaterThan(0)
    }
  })

  it('leaves streams of the site and of sources to the judgement of all', async () => {
    const judge = await judged([], 0n)
    expect(await judge(['site-policy', 'source-x'])).toEqual([])
  })
})
