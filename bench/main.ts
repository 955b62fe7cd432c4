import * as E from 'fp-ts/Either'
import { parseArgs } from 'node:util'
import type { Bench, BenchRun } from './bench'
import { dialStart } from './cases/dial-start'
import { durableGrant } from './cases/durable-grant'
import { eventStoreDb } from './cases/eventstoredb'
import { evtImport } from './cases/evt-import'
import { firstGrant } from './cases/first-grant'
import { groupCommit } from './cases/group-commit'
import { ledgerSize } from './cases/ledger-size'
import { projection } from './cases/projection'
import { rebuild } from './cases/rebuild'
import { repeatedRefusal } from './cases/repeated-refusal'
import { subscriber } from './cases/subscriber'
import { judged, lineOf } from './figure'
import { cachedLedger } from './ledger/cached-ledger'
import { workLedgerOf, type WorkLedger } from './ledger/work-ledger'
import type { Rounds } from './rounds'

const benches: ReadonlyArray<Bench> = [
  durableGrant,
  groupCommit,
  repeatedRefusal,
  rebuild,
  projection,
  dialStart,
  firstGrant,
  ledgerSize,
  subscriber,
  evtImport,
  eventStoreDb,
]

const usage = `Usage: npm run bench -- [--size 1k|100k|1m|10m] [--only NAME]... [--json]
Benches: ${benches.map(({ name }) => name).join(', ')}
`

const exitUsage = 64

type Asked = {
  readonly events: number
  readonly chosen: ReadonlyArray<Bench>
  readonly isJson: boolean
}

/** What the command line asks for; null: nothing that there is. */
const askedFor = (args: ReadonlyArray<string>): Asked | null => {
  const parsed = E.tryCatch(() => flagsIn(args), String)
  if (E.isLeft(parsed)) return null
  const { size, only, json } = parsed.right
  const [, digits, letter] = /^([1-9]\d{0,3})(k|m)$/u.exec(size) ?? []
  const chosen = benches.filter(({ name }) => only?.includes(name) ?? true)
  const isNamed = only?.every((name) => benches.some((bench) => bench.name === name)) ?? true
  if (digits === undefined || !isNamed) return null
  const events = Number(digits) * (letter === 'm' ? 1_000_000 : 1000)
  return { events, chosen, isJson: json }
}

const flagsIn = (args: ReadonlyArray<string>) =>
  parseArgs({
    args: [...args],
    options: {
      size: { type: 'string', default: '1m' },
      only: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
    },
  }).values

/** As many rounds as take some seconds; the least, where it is only to be seen that it runs. */
const roundsOf =
  (events: number) =>
  (expectedMs: number): Rounds => {
    if (events < 10_000) return { warmUp: 1, counted: 2 }
    const counted = Math.min(500, Math.max(9, Math.round(6000 / expectedMs)))
    return { warmUp: Math.ceil(counted / 5), counted }
  }

const run = async ({ events, chosen, isJson }: Asked): Promise<void> => {
  const say = (message: string) => process.stderr.write(`bench: ${message}\n`)
  const ledgerOf = (count: number) => cachedLedger(count, say)
  let opened: Promise<WorkLedger> | undefined
  const work = () => (opened ??= ledgerOf(events).then(workLedgerOf))
  const running: BenchRun = { events, ledgerOf, work, roundsOf: roundsOf(events) }
  try {
    for (const bench of chosen) {
      for (const figure of await bench.run(running)) {
        process.stdout.write(`${isJson ? JSON.stringify(judged(figure)) : lineOf(figure)}\n`)
      }
    }
  } finally {
    await (await opened)?.close()
  }
}

const asked = askedFor(process.argv.slice(2))
if (asked === null) {
  process.stderr.write(usage)
  process.exitCode = exitUsage
} else {
  void run(asked)
}
