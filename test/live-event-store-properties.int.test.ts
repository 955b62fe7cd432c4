import { compareOnEventStoreDb } from './support/compare-on-eventstoredb'
import { describeLive } from './support/live-servers'
import { runs } from './support/runs'

jest.setTimeout(600_000)

const storiesPerRun = 0.05

describeLive('the EventStoreDB store', ({ url }) => {
  it('answers as the memory store does, over two clients', async () => {
    const numRuns = Math.ceil(runs().numRuns * storiesPerRun)
    expect(await compareOnEventStoreDb(url, { numRuns })).toBeGreaterThan(numRuns)
  })
})
