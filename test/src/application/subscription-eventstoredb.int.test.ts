import { eventStoreDbAt } from '../../support/eventstoredb-store'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../support/fake-eventstoredb/fake-eventstoredb'
import { runs } from '../../support/runs'
import { describeSubscription } from '../../support/subscription-contract'

jest.setTimeout(600_000)

/** A story takes many times as long over a connection. */
const storiesPerRun = 0.05

const fakes: FakeEventStoreDb[] = []
afterEach(() => fakes.splice(0).forEach((fake) => fake.stop()))

describeSubscription('EventStoreDB (fake)', Math.ceil(runs().numRuns * storiesPerRun), async () => {
  const fake = await startFakeEventStoreDb()
  fakes.push(fake)
  return eventStoreDbAt(`esdb://127.0.0.1:${fake.port}?tls=false`)
})
