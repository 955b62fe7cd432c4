import { linksOf, readLedger } from '../ledger/read-ledger'
import { retryWindows } from '../../projections/retry-windows'
import { foldStream } from '../../src/application/fold-stream'
import type { Bench } from '../bench'
import { bareReader, type BareReader } from '../peers/bare-reader'
import { runProcess } from '../processes/run-process'
import { msOf } from '../rounds'
import { valueOf } from '../value-of'

/** Links that are folded before the peer reads the same ones. */
const linksAtOnce = 100

/** `retry-windows` folded anew from the first events, beside reading and parsing the same rows. */
export const rebuild: Bench = {
  name: 'rebuild',
  run: async ({ events, ledgerOf }) => {
    const path = await ledgerOf(events)
    const { rows, foldMs, bareMs } = await againstBareLoop(path)
    const smallMb = await peakMbOf(await ledgerOf(Math.max(100, Math.round(events / 10))))
    const mb = await peakMbOf(path)
    return [
      {
        name: 'rebuild-rate',
        value: bareMs / foldMs,
        unit: 'x a bare loop',
        target: { atLeast: 0.6 },
        seen: `${perSecond(rows, foldMs)} against ${perSecond(rows, bareMs)} events a second`,
      },
      {
        name: 'rebuild-memory',
        value: mb / smallMb,
        unit: 'x that of a tenth',
        target: { atMost: 1.2 },
        seen: `peaks of ${mb.toFixed(0)} MB and ${smallMb.toFixed(0)} MB`,
      },
    ]
  },
}

const perSecond = (rows: number, ms: number): string => ((1000 * rows) / ms).toFixed(0)

type Rebuilt = { readonly rows: number; readonly foldMs: number; readonly bareMs: number }

const againstBareLoop = async (path: string): Promise<Rebuilt> => {
  const store = await readLedger(path)
  const reader = bareReader(path)
  const streams = await linksOf(store)
  await readBoth({ fold: foldStream(store), reader }, streams.slice(-linksAtOnce), false)
  let total: Rebuilt = { rows: 0, foldMs: 0, bareMs: 0 }
  for (let first = 0; first < streams.length; first += linksAtOnce) {
    const some = streams.slice(first, first + linksAtOnce)
    const isBareFirst = (first / linksAtOnce) % 2 === 1
    const took = await readBoth({ fold: foldStream(store), reader }, some, isBareFirst)
    total = {
      rows: total.rows + took.rows,
      foldMs: total.foldMs + took.foldMs,
      bareMs: total.bareMs + took.bareMs,
    }
  }
  reader.close()
  await store.close()
  return total
}

type Readers = { readonly fold: ReturnType<typeof foldStream>; readonly reader: BareReader }

/** Reads some streams in both ways, in turns first. */
const readBoth = async (
  { fold, reader }: Readers,
  streams: ReadonlyArray<string>,
  isBareFirst: boolean,
): Promise<Rebuilt> => {
  let rows = 0
  const parseAll = () => msOf(() => streams.forEach((name) => (rows += reader.parse(name))))
  const foldAll = () =>
    msOf(async () => {
      for (const stream of streams) valueOf(await fold(retryWindows, stream)())
    })
  const early = isBareFirst ? await parseAll() : null
  const foldMs = await foldAll()
  const bareMs = early ?? (await parseAll())
  return { rows, foldMs, bareMs }
}

const peakMbOf = async (path: string): Promise<number> => {
  const { said } = await runProcess('fold-ledger', [path])
  return Number(said) / 1024
}
