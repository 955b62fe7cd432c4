import { describeLive } from './support/live-servers'
import { namespacedStore } from './support/namespaced-store'
import { runs } from './support/runs'
import { describeSubscription } from './support/subscription-contract'

jest.setTimeout(600_000)

/** A story takes many times as long over a network and a disk. */
const storiesPerRun = 0.03

describeLive('the words of subscriptions', ({ name, url }) => {
  const stories = Math.ceil(runs().numRuns * storiesPerRun)
  describeSubscription(name, stories, () => namespacedStore(url))
})
