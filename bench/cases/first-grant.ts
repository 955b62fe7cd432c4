import { rmSync } from 'node:fs'
import { openLedger } from '../../src'
import type { Bench } from '../bench'
import { copyOfLedger, type LedgerCopy } from '../ledger/cached-ledger'
import { generatedLink } from '../ledger/generate-ledger'
import { runProcess } from '../processes/run-process'
import { interleaved, median } from '../rounds'
import { tagged } from '../../test/support/tagged'

/** Events of the ledger that a restart is compared with. */
const eventsOfSmall = 1000

/** As long as a tail can get before the next snapshot is written. */
const tail = 63

/** The link with a tenth of all events. */
const link = generatedLink(0)

/** How long a new process takes to its first grant on a link with a long history. */
export const firstGrant: Bench = {
  name: 'restart',
  run: async ({ events, ledgerOf, roundsOf }) => {
    const large = copyOfLedger(await ledgerOf(events))
    const small = copyOfLedger(await ledgerOf(eventsOfSmall))
    for (const copy of [large, small]) await withTail(copy)
    const [ofLarge = [], ofSmall = []] = await interleaved(
      [() => restarted(large), () => restarted(small)],
      roundsOf(500),
    )
    for (const copy of [large, small]) copy.remove()
    const [ms, smallMs] = [median(ofLarge), median(ofSmall)]
    return [
      {
        name: 'restart-to-first-grant',
        value: ms - smallMs,
        unit: 'ms over that of 1 k',
        target: { atMost: 100 },
        seen: `${ms.toFixed(0)} ms against ${smallMs.toFixed(0)} ms`,
      },
    ]
  },
}

/** Makes a snapshot of the link, and then the longest tail that is folded at every start. */
const withTail = async ({ path }: LedgerCopy): Promise<void> => {
  const ledger = tagged(await openLedger(path), 'Ledger')
  for (let added = 0; added < tail; added++) {
    tagged(await ledger.record(link, { fact: 'dial' }), 'Done')
  }
  await ledger.close()
}

/** The process ends by SIGKILL and what it wrote is in the log, so each round begins the same. */
const restarted = async ({ path }: LedgerCopy): Promise<number> => {
  const { said } = await runProcess('first-grant', [path, link])
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  return Number(said)
}
