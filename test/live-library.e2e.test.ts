import { siteLedgerStream } from '../domain/events'
import { sealedCreation } from './support/copy-world'
import { describeLibraryOnServer } from './support/describe-library-on-server'
import { eventStoreDbAt } from './support/eventstoredb-store'
import { describeLive } from './support/live-servers'

jest.setTimeout(180_000)

describeLive('library, views and program', ({ name, url }) => {
  describeLibraryOnServer(name, async () => {
    // Other suites leave links on the server without a ledger, which `init` would not take for its own.
    const store = await eventStoreDbAt(url)
    await store.append(siteLedgerStream, 'no_stream', [sealedCreation()])()
    await store.close()
    return url
  })
})
