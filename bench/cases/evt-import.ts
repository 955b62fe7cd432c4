import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Bench } from '../bench'
import type { Figure } from '../figure'
import { benchFolder } from '../ledger/cached-ledger'
import { generatedEvt } from '../ledger/generate-evt'
import { runCommand } from '../processes/run-process'
import { median } from '../rounds'

/** A binary log read and imported, beside evtexport in the same run where that is installed. */
export const evtImport: Bench = {
  name: 'evt-import',
  run: async ({ events, roundsOf }) => {
    const path = generatedEvt({ records: events, ofMta: 'some' })
    const rounds = Math.min(5, roundsOf(2000).counted)
    const mine: Said[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round++) {
      mine.push(await said('read-evt', [path]))
      const took = exportMs(path)
      if (took !== null) theirs.push(took)
    }
    const tenth = { records: Math.max(1000, Math.round(events / 10)), ofMta: 'some' } as const
    const small = await said('read-evt', [generatedEvt(tenth)])
    return [
      ...readFigures(mine, theirs),
      memoryFigure(median(mine.map(({ kb }) => kb)), small.kb),
      await importFigure(events),
    ]
  },
}

type Said = { readonly count: number; readonly ms: number; readonly kb: number }

const said = async (name: string, args: ReadonlyArray<string>): Promise<Said> => {
  const file = join(__dirname, '../processes', `${name}${extname(__filename)}`)
  const { said: text } = await runCommand([...process.execArgv, file, ...args])
  const { records, events, ms, kb } = JSON.parse(text)
  return { count: Number(records ?? events), ms: Number(ms), kb: Number(kb) }
}

/** Milliseconds that evtexport takes for a log; null: it is not installed. */
const exportMs = (path: string): number | null => {
  const startedAt = performance.now()
  const { status } = spawnSync('evtexport', [path], { stdio: 'ignore' })
  return status === 0 ? performance.now() - startedAt : null
}

const readFigures = (
  mine: ReadonlyArray<Said>,
  theirs: ReadonlyArray<number>,
): ReadonlyArray<Figure> => {
  const ms = median(mine.map((one) => one.ms))
  const records = mine[0]?.count ?? 0
  const rate = (1000 * records) / ms
  const seen = `${records} records in ${ms.toFixed(0)} ms`
  const target = { atLeast: 100_000 }
  const read: Figure = { name: 'evt-read', value: rate, unit: 'records a second', target, seen }
  if (theirs.length === 0) return [read]
  const theirMs = median(theirs)
  const times = { value: theirMs / ms, unit: 'x evtexport', target: { atLeast: 1 } }
  return [read, { name: 'evt-read-peer', ...times, seen: `which takes ${theirMs.toFixed(0)} ms` }]
}

const memoryFigure = (kb: number, smallKb: number): Figure => ({
  name: 'evt-read-memory',
  value: kb / smallKb,
  unit: 'x that of a tenth',
  target: { atMost: 1.2 },
  seen: `peaks of ${(kb / 1024).toFixed(0)} MB and ${(smallKb / 1024).toFixed(0)} MB`,
})

/** A fifth as many records as are read, each of them evidence. */
const importFigure = async (records: number): Promise<Figure> => {
  const path = generatedEvt({ records: Math.max(1000, Math.round(records / 5)), ofMta: 'all' })
  const folder = mkdtempSync(join(benchFolder, 'import-'))
  try {
    const { count, ms, kb } = await said('import-evt', [path, join(folder, 'ledger.db')])
    return {
      name: 'evt-import',
      value: (1000 * count) / ms,
      unit: 'events a second',
      target: { atLeast: 20_000 },
      seen: `${count} events in ${ms.toFixed(0)} ms, peak of ${(kb / 1024).toFixed(0)} MB`,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
