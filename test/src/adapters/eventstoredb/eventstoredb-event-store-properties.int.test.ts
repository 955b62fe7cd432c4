import { compareOnEventStoreDb } from '../../../support/compare-on-eventstoredb'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../../support/fake-eventstoredb/fake-eventstoredb'
import { runs } from '../../../support/runs'

jest.setTimeout(600_000)

const storiesPerRun = 0.1

let fake: FakeEventStoreDb
beforeAll(async () => {
  fake = await startFakeEventStoreDb()
})
afterAll(() => fake.stop())

describe('the EventStoreDB store', () => {
  it('answers as the memory store does, over two clients', async () => {
    const numRuns = Math.ceil(runs().numRuns * storiesPerRun)
    const url = `esdb://127.0.0.1:${fake.port}?tls=false`
    expect(await compareOnEventStoreDb(url, { numRuns })).toBeGreaterThan(numRuns)
  })
})
