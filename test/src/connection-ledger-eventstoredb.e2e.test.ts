import * as library from '../../src'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../support/fake-eventstoredb/fake-eventstoredb'
import { describeLibraryOnServer } from '../support/describe-library-on-server'
import { tagged } from '../support/tagged'

jest.setTimeout(120_000)

const fakes: FakeEventStoreDb[] = []
afterAll(() => fakes.forEach((fake) => fake.stop()))

describeLibraryOnServer('EventStoreDB (fake)', async () => {
  const fake = await startFakeEventStoreDb()
  fakes.push(fake)
  const url = `esdb://127.0.0.1:${fake.port}?tls=false`
  tagged(await library.createLedger(url), 'Created')
  return url
})
