import { join } from 'node:path'
import { expectTwoGates } from './support/expect-two-gates'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from './support/fake-eventstoredb/fake-eventstoredb'
import { newFolder, removeFolders } from './support/gate-world'
import { wrongsOf, type TrueDial } from './support/judge-dials'
import { newLedger } from './support/sqlite-ledger'
import { runMsMax } from './support/two-gates'

const servers: FakeEventStoreDb[] = []
afterAll(() => {
  for (const server of servers) server.stop()
  removeFolders()
})

const links = Number(process.env['GATE_LINKS'] ?? 8)
const seeds = Number(process.env['GATE_SEEDS'] ?? 1)
const firstSeed = Number(process.env['GATE_SEED'] ?? Date.now() % 1e6)
const allSeeds = Array.from({ length: seeds }, (_, index) => firstSeed + index)
const patienceMs = runMsMax(links) + 60_000

describe('the judge of dials', () => {
  const dial = (link: string, at: number, end: number | null, normal = false): TrueDial => ({
    ...{ link, attempt: `${link}-${at}`, at, end, normal },
  })

  it('finds a dial inside a window, whichever host made it', () => {
    expect(wrongsOf([dial('b', 350, 400), dial('a', 20, 90), dial('b', 0, 100)], 300)).toEqual([
      'b: b-350 at 350 waited 250 of 300 cs after b-0',
    ])
  })

  it('finds a dial beside another', () => {
    expect(wrongsOf([dial('a', 0, 500), dial('a', 400, 450)], 300)).toEqual([
      'a: a-400 at 400 beside a-0, which ended at 500',
    ])
    expect(wrongsOf([dial('a', 0, null), dial('a', 9000, null)], 300)).toHaveLength(1)
  })

  it('asks for no wait after a normal end, and is content with a whole interval', () => {
    const kept = [dial('a', 0, 100, true), dial('a', 101, 200), dial('a', 500, 600)]
    expect(wrongsOf(kept, 300)).toEqual([])
  })
})

describe(`C3, C12, S5: two hosts, clocks 90 s apart, ask for ${links} links of one ledger`, () => {
  it.each(allSeeds)(
    'never two dials in one window, on a server that loses every third answer, seed %d',
    async (seed) => {
      const server = await startFakeEventStoreDb()
      servers.push(server)
      const store = `esdb://127.0.0.1:${server.port}?tls=false`
      await expectTwoGates({ store, links, seed }, () => {
        server.faults.loseAnswerOfEvery = 3
      })
    },
    patienceMs,
  )

  it.each(allSeeds)(
    'never two dials in one window, on a file, seed %d',
    async (seed) => {
      const store = join(newFolder(), 'ledger.db')
      await (await newLedger(store)).store.close()
      await expectTwoGates({ store, links, seed })
    },
    patienceMs,
  )
})
