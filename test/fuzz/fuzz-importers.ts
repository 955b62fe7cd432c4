import * as fc from 'fast-check'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { logFormats, type LogFormat } from '../../src/import/log-record'
import { hostileLogs } from './hostile-bytes'
import { importHostile, type Hostile } from './import-hostile'

/** Hostile files made of sound logs of a format. */
export const hostiles = (format: LogFormat): fc.Arbitrary<Hostile> =>
  fc.record({
    bytes: hostileLogs(format),
    chunkBytes: fc.constantFrom(7, 64, 1000, 65_536),
    format: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(...logFormats)),
    encoding: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'cp850', 'windows-1252'),
    ),
  })

/** What a run of fuzzing found. */
export type Fuzzed = {
  readonly files: number
  readonly bytes: number
  readonly slowest: { readonly ms: number; readonly bytes: number; readonly seed: number }
  readonly failures: ReadonlyArray<string>
}

/** How long to fuzz, from which seed on, and where to keep what fails. */
export type FuzzRequest = {
  readonly minutes: number
  readonly seed: number
  readonly keepIn: string
  readonly say: (line: string) => void
}

/** Milliseconds for one file that count as hanging. */
const hangMs = 60_000
const runsPerSeed = 20

type Tally = { files: number; bytes: number; slowest: Fuzzed['slowest'] }

const judge = async (hostile: Hostile, seed: number, tally: Tally): Promise<void> => {
  const startedAt = performance.now()
  const problem = await importHostile(hostile)
  const ms = performance.now() - startedAt
  tally.files += 1
  tally.bytes += hostile.bytes.length
  if (ms > tally.slowest.ms) tally.slowest = { ms, bytes: hostile.bytes.length, seed }
  if (problem !== null) throw new Error(problem)
  if (ms > hangMs) throw new Error(`took ${ms.toFixed(0)} ms for ${hostile.bytes.length} bytes`)
}

const keep = (folder: string, name: string, counterexample: Hostile): string => {
  const path = join(folder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, counterexample.bytes)
  return path
}

/** Fuzzes every importer in turns until the time is over. */
export const fuzzImporters = async (request: FuzzRequest): Promise<Fuzzed> => {
  const endsAt = performance.now() + request.minutes * 60_000
  const tally: Tally = { files: 0, bytes: 0, slowest: { ms: 0, bytes: 0, seed: 0 } }
  const failures: string[] = []
  for (let turn = 0; performance.now() < endsAt; turn += 1) {
    const format = logFormats[turn % logFormats.length] ?? 'evt'
    const seed = request.seed + turn
    const property = fc.asyncProperty(hostiles(format), (it) => judge(it, seed, tally))
    const result = await fc.check(property, { seed, numRuns: runsPerSeed })
    if (!result.failed) continue
    const [hostile] = result.counterexample ?? []
    const { errorInstance } = result
    const why = errorInstance instanceof Error ? (errorInstance.stack ?? '') : String(errorInstance)
    const at = hostile && keep(request.keepIn, `${format}-${seed}.bin`, hostile)
    failures.push(`${format}, seed ${seed}: ${why}`)
    request.say(`FAILED ${format}, seed ${seed}, kept as ${at ?? 'nothing'}: ${why}\n`)
    const { bytes: _bytes, ...how } = hostile ?? {}
    request.say(`       read with ${JSON.stringify(how)}\n`)
  }
  return { ...tally, failures }
}
