import { describeObserved } from './support/describe-observed'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from './support/fake-eventstoredb/fake-eventstoredb'

let fake: FakeEventStoreDb
beforeAll(async () => {
  fake = await startFakeEventStoreDb()
})
afterAll(() => fake.stop())

describeObserved('the fake server', () => `esdb://127.0.0.1:${fake.port}?tls=false`)
