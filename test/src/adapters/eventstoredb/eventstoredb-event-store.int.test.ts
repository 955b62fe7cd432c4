import { describeEventStore } from '../../../support/event-store-contract'
import { eventStoreDbAt } from '../../../support/eventstoredb-store'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../../support/fake-eventstoredb/fake-eventstoredb'

const fakes: FakeEventStoreDb[] = []
afterAll(() => fakes.forEach((fake) => fake.stop()))

describeEventStore(
  'EventStoreDB (fake)',
  async () => {
    const fake = await startFakeEventStoreDb()
    fakes.push(fake)
    return eventStoreDbAt(`esdb://127.0.0.1:${fake.port}?tls=false`)
  },
  { beyondTheEnd: 'rolled back' },
)
