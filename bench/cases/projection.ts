import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench'
import { benchFolder } from '../ledger/cached-ledger'
import { linksOf, readLedger } from '../ledger/read-ledger'
import { rebuildRetryWindows, removeViews } from '../ledger/rebuild-view'
import { bareReader } from '../peers/bare-reader'
import { runProcess } from '../processes/run-process'
import { interleaved, median, msOf, type Rounds } from '../rounds'

/** Events of the ledger that a restart is compared with. */
const eventsOfSmall = 1000

/** A rebuild takes long enough to be measured a few times only. */
const fewRounds: Rounds = { warmUp: 1, counted: 3 }

/** The runtime of projections: rows and checkpoints in a table, beside reading and parsing alone. */
export const projection: Bench = {
  name: 'projection',
  run: async ({ events, ledgerOf, roundsOf }) => {
    mkdirSync(benchFolder, { recursive: true })
    const ledger = await ledgerOf(events)
    const tenth = await ledgerOf(Math.max(100, Math.round(events / 10)))
    const small = await ledgerOf(eventsOfSmall)
    const { rebuildMs, bareMs } = await againstBareLoop(ledger)
    const mb = await peakMbOf(ledger)
    const tenthMb = await peakMbOf(tenth)
    const [large = [], little = []] = await restarts([ledger, small], roundsOf(400))
    const [ms, smallMs] = [median(large), median(little)]
    return [
      {
        name: 'projection-rate',
        value: bareMs / rebuildMs,
        unit: 'x a bare loop',
        target: { atLeast: 0.6 },
        seen: `${(rebuildMs / 1000).toFixed(1)} s against ${(bareMs / 1000).toFixed(1)} s`,
      },
      {
        name: 'projection-memory',
        value: mb / tenthMb,
        unit: 'x that of a tenth',
        target: { atMost: 1.2 },
        seen: `peaks of ${mb.toFixed(0)} MB and ${tenthMb.toFixed(0)} MB`,
      },
      {
        name: 'projection-restart',
        value: ms - smallMs,
        unit: 'ms over that of 1 k',
        target: { atMost: 100 },
        seen: `caught up ${ms.toFixed(0)} ms and ${smallMs.toFixed(0)} ms after the start`,
      },
    ]
  },
}

const viewsAt = (name: string): string => join(benchFolder, `views-${process.pid}-${name}.db`)

const againstBareLoop = async (ledger: string) => {
  const views = viewsAt('rate')
  const store = await readLedger(ledger)
  const streams = await linksOf(store)
  await store.close()
  const reader = bareReader(ledger)
  const [rebuilds = [], bares = []] = await interleaved(
    [
      () => msOf(() => rebuildRetryWindows({ ledger, views })),
      () => msOf(() => streams.forEach((name) => reader.parse(name))),
    ],
    fewRounds,
  )
  reader.close()
  removeViews(views)
  return { rebuildMs: median(rebuilds), bareMs: median(bares) }
}

const peakMbOf = async (ledger: string): Promise<number> => {
  const views = viewsAt('memory')
  const { said } = await runProcess('rebuild-views', [ledger, views])
  removeViews(views)
  return Number(said) / 1024
}

/** How long after its start a process has caught up with a view that is true already. */
const restarts = async (ledgers: ReadonlyArray<string>, rounds: Rounds) => {
  const caughtUp = await Promise.all(
    ledgers.map(async (ledger, index) => {
      const views = viewsAt(`restart-${index}`)
      await rebuildRetryWindows({ ledger, views })
      return { views, run: () => restarted(ledger, views) }
    }),
  )
  const samples = await interleaved(
    caughtUp.map(({ run }) => run),
    rounds,
  )
  for (const { views } of caughtUp) removeViews(views)
  return samples
}

const restarted = async (ledger: string, views: string): Promise<number> =>
  Number((await runProcess('catch-up', [ledger, views])).said)
