import type { Bench } from '../bench'
import { granted, takeLinks } from '../ledger/work-ledger'
import { interleaved, median, medianRatio, msOf } from '../rounds'

/** So many links ask at once. */
const links = 64

/** Grants that are asked for at once share a sync; one after the other each waits for its own. */
export const groupCommit: Bench = {
  name: 'group-commit',
  run: async ({ work, roundsOf }) => {
    const ledger = await work()
    const { gate } = ledger
    const [alone = [], together = []] = await interleaved(
      [
        async () => {
          const asked = await takeLinks(ledger, links)
          return msOf(async () => {
            for (const link of asked) await granted(gate, link)
          })
        },
        async () => {
          const asked = await takeLinks(ledger, links)
          return msOf(() => Promise.all(asked.map((link) => granted(gate, link))))
        },
      ],
      roundsOf(500),
    )
    const rates = [alone, together].map((ms) => ((1000 * links) / median(ms)).toFixed(0))
    return [
      {
        name: `${links}-concurrent-grants`,
        value: medianRatio(alone, together),
        unit: 'x one after the other',
        target: { atLeast: 4 },
        seen: `${rates.toReversed().join(' against ')} a second`,
      },
    ]
  },
}
