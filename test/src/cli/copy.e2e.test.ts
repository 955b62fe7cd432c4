import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLedger } from '../../../src/adapters/sqlite/open-ledger'
import { contentsOf } from '../../support/copy-world'
import { rightOf } from '../../support/event-store-contract'
import { newFolder, removeFolders } from '../../support/gate-world'
import { builtMain, programOn, type Ended } from '../../support/open-interval'
import { sealedEvent } from '../../support/sealed-events'
import { seededRandom } from '../../support/seeded-random'

afterAll(removeFolders)

const seed = Number(process.env['COPY_SEED'] ?? Date.now() % 1e6)
const kills = 8

const newWorld = async () => {
  const folder = newFolder()
  const [from, to, back] = ['from.db', 'to.db', 'back.db'].map((name) => join(folder, name))
  if (from === undefined || to === undefined || back === undefined) throw new Error('no paths')
  const [onSource, onTarget] = [programOn(from), programOn(to)]
  expect((await onSource('init')).code).toBe(0)
  const args = (source: string, target: string): ReadonlyArray<string> => [
    ...['copy', '--from', source, '--to', target, '--reason', 'new disk', '--by', 'alice'],
    '--json',
  ]
  return { folder, from, to, back, onSource, onTarget, args }
}

const contentsAt = async (path: string) => {
  const { store } = await rightOf(openLedger(path, { readOnly: true }))
  const contents = await contentsOf(store)
  await store.close()
  return contents
}

/** Events of many streams between each other: nothing that an audit judges. */
const fill = async (path: string, events: number): Promise<void> => {
  const { store } = await rightOf(openLedger(path))
  const appends = Array.from({ length: events }, (_, index) => {
    const [stream, revision] = [`source-${index % 40}`, BigInt(Math.floor(index / 40))]
    const expected = revision === 0n ? ('no_stream' as const) : revision - 1n
    return rightOf(store.append(stream, expected, [sealedEvent(0x10000 + index)]))
  })
  await Promise.all(appends)
  await store.close()
}

const withoutAsOf = ({ json }: Ended): unknown => ({ ...json(), asOf: null })

describe('copy between files, each command a process of its own', () => {
  it('S6: holds both, grants on the one that is released, and goes there and back', async () => {
    const { from, to, back, onSource, onTarget, args } = await newWorld()
    await onSource('record', 'isp', 'ras-error', '--code', '629')
    await onSource('import', join(__dirname, '../../../docs/examples/q150927-storm.txt'))
    const before = await onSource('audit', '--json', '--fail-on', 'nothing')

    const there = await onSource(...args(from, to))
    expect(there).toMatchObject({ code: 0 })
    expect(there.err).toContain('waiting 8 s for dials that began before the hold')
    expect(there.json()).toMatchObject({ from: `sqlite:${from}`, to: `sqlite:${to}` })
    expect(there.json()).toMatchObject({ hold: { by: 'alice', reason: 'new disk' }, damaged: [] })
    for (const run of [onSource, onTarget]) {
      const refused = await run('dial', 'new', '--', 'true')
      expect(refused).toMatchObject({ code: 77 })
      expect(refused.err).toContain('held')
    }

    const again = await onTarget(...args(to, back))
    expect(again.json()).toMatchObject({ digest: there.json().digest, events: there.json().events })
    expect(await contentsAt(back)).toEqual(await contentsAt(from))
    const after = await programOn(back)('audit', '--json', '--fail-on', 'nothing')
    expect(withoutAsOf(after)).toEqual(withoutAsOf(before))

    await onTarget('release', '--all', '--reason', 'this is the ledger now')
    expect((await onTarget('dial', 'new', '--', 'false')).code).toBe(1)
    for (const path of [from, back]) {
      expect((await programOn(path)('dial', 'new', '--', 'false')).code).toBe(77)
    }
    const late = await onSource(...args(from, to))
    expect(late).toMatchObject({ code: 65 })
    expect(late.err).toContain('they differ at revision 1 of site-policy')
  }, 60_000)

  it('is no ledger before it is whole, and goes on wherever it was killed', async () => {
    process.stdout.write(`copy: COPY_SEED=${seed}\n`)
    const random = seededRandom(seed)
    const { folder, from, to, onSource, onTarget, args } = await newWorld()
    await fill(from, 12_000)
    for (let kill = 0; kill < kills && !existsSync(to); kill += 1) {
      const child = spawn(process.execPath, [builtMain, ...args(from, to)], { stdio: 'ignore' })
      const ended = once(child, 'exit')
      await sleep(150 + random() * 600)
      child.kill('SIGKILL')
      await ended
      if (existsSync(to)) continue
      const missing = await onTarget('status')
      expect(missing).toMatchObject({ code: 69 })
      expect(missing.err).toContain('there is no ledger')
      if (!existsSync(`${to}.copying`)) continue
      const half = await programOn(`${to}.copying`)('grant', 'isp')
      expect(half).toMatchObject({ code: 69 })
      expect(half.err).toContain('an unfinished copy; run the same copy again')
    }
    const whole = await onSource(...args(from, to))
    expect(whole).toMatchObject({ code: 0 })
    expect(whole.json()).toMatchObject({ events: 12_002, streams: 42 })
    expect(await contentsAt(to)).toEqual(await contentsAt(from))
    expect(readdirSync(folder).filter((name) => name.includes('copying'))).toEqual([])
    expect((await onTarget('status', '--json')).json().ledgerId).toBe(whole.json().ledgerId)
  }, 120_000)

  it('refuses what is at the target already, and leaves it as it is', async () => {
    const { from, to, onSource, onTarget, args } = await newWorld()
    await onTarget('init')
    const foreign = await onSource(...args(from, to))
    expect(foreign).toMatchObject({ code: 69 })
    expect(foreign.err).toContain('name a file that is not there yet with --to')
    const same = await onSource(...args(from, from))
    expect(same).toMatchObject({ code: 64 })
    expect(same.err).toContain('name the same ledger')
  })
})
