import { describeEventStore } from './support/event-store-contract'
import { describeLive } from './support/live-servers'
import { namespacedStore } from './support/namespaced-store'

describeLive('the contract of stores', ({ name, url }) => {
  describeEventStore(name, () => namespacedStore(url), { beyondTheEnd: 'rolled back' })
})
