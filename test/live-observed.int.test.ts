import { describeLive } from './support/live-servers'
import { describeObserved } from './support/describe-observed'

describeLive('the table of cases', ({ name, url }) => {
  describeObserved(name, () => url, url.includes('tls=false'))
})
