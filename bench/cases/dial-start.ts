import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench'
import { projectFolder } from '../ledger/cached-ledger'
import { runCommand } from '../processes/run-process'
import { interleaved, median, msOf } from '../rounds'

/** The program as it is installed. */
const main = join(projectFolder, 'dist', 'src', 'start.js')

/** How much later a dialer starts because `open-interval dial` is in front of it. */
export const dialStart: Bench = {
  name: 'dial',
  run: async ({ work, roundsOf }) => {
    if (!existsSync(main)) throw new Error('build the program first: node scripts/setup.mjs')
    const ledger = await work()
    const [dials = [], nodes = []] = await interleaved(
      [
        async () => {
          const link = await ledger.takeLink()
          const dial = [main, 'dial', link, '--', 'echo', 'started']
          const { firstWordMs } = await runCommand(dial, { OPEN_INTERVAL_STORE: ledger.path })
          return firstWordMs
        },
        () => msOf(() => runCommand(['-e', '0'])),
      ],
      roundsOf(300),
    )
    const [dialMs, nodeMs] = [median(dials), median(nodes)]
    return [
      {
        name: 'dial-to-start',
        value: dialMs - nodeMs,
        unit: 'ms over node -e 0',
        target: { atMost: 100 },
        seen: `${dialMs.toFixed(0)} ms against ${nodeMs.toFixed(0)} ms`,
      },
    ]
  },
}
