import { expectTwoGates } from './support/expect-two-gates'
import { describeLive } from './support/live-servers'
import { runMsMax } from './support/two-gates'

const links = Number(process.env['GATE_LINKS'] ?? 40)
const seed = Number(process.env['GATE_SEED'] ?? Date.now() % 1e6)

describeLive('two hosts, clocks 90 s apart', ({ url }) => {
  it(
    `never dial one of ${links} links twice in one window`,
    () => expectTwoGates({ store: url, links, seed }),
    runMsMax(links) + 60_000,
  )
})
