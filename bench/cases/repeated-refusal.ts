import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Bench } from '../bench'
import { ask, granted, type WorkLedger } from '../ledger/work-ledger'
import type { LinkId } from '../../domain/link-id'
import { interleaved, median, msOf } from '../rounds'
import { valueOf } from '../value-of'

/** A refusal is so quick that several are timed together. */
const refusalsAtOnce = 10

/** A link that waits is asked for again and again, by every retry of whoever wants to dial. */
export const repeatedRefusal: Bench = {
  name: 'refusal',
  run: async ({ work, roundsOf }) => {
    const ledger = await work()
    const { gate } = ledger
    const waiting = await waitingLink(ledger)
    let changedFiles = 0
    const [grants = [], refusals = []] = await interleaved(
      [
        async () => {
          const link = await ledger.takeLink()
          return msOf(() => granted(gate, link))
        },
        async () => {
          const before = stampsOf(ledger)
          const took = await msOf(async () => {
            for (let asked = 0; asked < refusalsAtOnce; asked++) await ask(gate, waiting)
          })
          changedFiles += stampsOf(ledger).filter((stamp, file) => stamp !== before[file]).length
          return took / refusalsAtOnce
        },
      ],
      roundsOf(1),
    )
    return figuresOf({ grantMs: median(grants), refusalMs: median(refusals), changedFiles })
  },
}

/** A link whose dial has just failed, and that has been refused once since. */
const waitingLink = async (ledger: WorkLedger): Promise<LinkId> => {
  const { gate, parts, takeLink } = ledger
  const link = await takeLink()
  const { attempt } = await granted(gate, link)
  const end = { started: true, normal: false, origin: 'exit', code: 1, reason: 'exit 1' } as const
  const settled = { _tag: 'Settled', attempt, occurred: parts.clock.read(), ...end } as const
  valueOf(await gate.report(link, settled)())
  const answer = await ask(gate, link)
  if (answer._tag === 'Refused') return link
  throw new Error('a dial was granted inside a window')
}

const files = ['ledger.db', 'ledger.db-wal', 'views.db', 'views.db-wal']

/** Size and time of change of every file that a ledger writes to. */
const stampsOf = ({ path }: WorkLedger): ReadonlyArray<string> =>
  files.map((name) => {
    const stat = statSync(join(dirname(path), name), { bigint: true, throwIfNoEntry: false })
    return stat === undefined ? 'none' : `${stat.size} ${stat.mtimeNs}`
  })

type Measured = {
  readonly grantMs: number
  readonly refusalMs: number
  readonly changedFiles: number
}

const figuresOf = ({ grantMs, refusalMs, changedFiles }: Measured) => [
  {
    name: 'repeated-refusal',
    value: grantMs / refusalMs,
    unit: 'x as fast as a grant',
    target: { atLeast: 10 },
    seen: `${refusalMs.toFixed(3)} ms against ${grantMs.toFixed(3)} ms`,
  },
  {
    name: 'repeated-refusal-writes',
    value: changedFiles,
    unit: 'files changed',
    target: { atMost: 0 },
    seen: '',
  },
]
