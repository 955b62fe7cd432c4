import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StreamItem } from '../domain/events'
import { tableProjections } from '../projections/table-projections'
import { toStreamItem } from '../src/adapters/codec'
import { openLedger } from '../src/adapters/sqlite/open-ledger'
import { rightOf } from './support/event-store-contract'
import { eventually } from './support/eventually'
import { newFolder, removeFolders } from './support/gate-world'
import { builtMain, programOn } from './support/open-interval'
import { allEvents, eventsAfter, rowsIn, rowsOfItems } from './support/projection-world'
import { seededRandom } from './support/seeded-random'

// A writer, a projector and a subscriber, each a process of its own; the projector is killed.

/** The longest pause of the writer: what it has written is folded anew after each kill. */
const pauseMsMax = 100

const cycles = Number(process.env['FAULT_CYCLES'] ?? 4)
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000)

const world = async () => {
  const folder = newFolder()
  const [ledger, views, told] = ['ledger.db', 'views.db', 'told.ndjson'].map((it) =>
    join(folder, it),
  ) as [string, string, string]
  const run = programOn(ledger)
  expect((await run('init')).code).toBe(0)
  const children: ChildProcess[] = []
  const started = (args: ReadonlyArray<string>, stdout: 'pipe' | number = 'pipe') => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'] })
    children.push(child)
    return child
  }
  const loader = require.resolve('./support/processes/load-typescript.cjs')
  const writer = require.resolve('./support/processes/write-history.ts')
  return {
    ledger,
    views,
    told,
    write: () => started(['--require', loader, writer, ledger, String(seed), String(pauseMsMax)]),
    project: (...args: string[]) => started([builtMain, 'rebuild', '--store', ledger, ...args]),
    subscribe: () => {
      const stdout = openSync(told, 'a')
      const child = started([builtMain, 'events', '--follow', '--store', ledger], stdout)
      closeSync(stdout)
      return child
    },
    endAll: () => children.forEach((child) => child.kill('SIGKILL')),
  }
}

type World = Awaited<ReturnType<typeof world>>

const killed = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit')
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await ended
  }
}

const spokenBy = (child: ChildProcess): { readonly text: () => string } => {
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return { text: () => text }
}

/** Tells which served tables are no plain fold of the ledger up to the place that they are true at. */
const comparison = async ({ ledger, views }: World) => {
  const { store } = await rightOf(openLedger(ledger, { readOnly: true }))
  const items: StreamItem[] = []
  const differing = async (): Promise<ReadonlyArray<string>> => {
    const events = await eventsAfter(store, items.at(-1)?.position ?? null)
    items.push(...events.map(toStreamItem))
    const served = (rowsIn(views, 'views') ?? []).filter(({ slot }) => slot === 'served')
    return tableProjections.flatMap(({ name, table, use }) => {
      const position = served.find(({ projection }) => projection === name)?.['position']
      if (position === undefined) return []
      const until = BigInt(position ?? 0)
      const folded = items.filter((item) => item.position <= until)
      const rows = JSON.stringify(use((projection) => rowsOfItems(projection, folded)))
      return rows === JSON.stringify(rowsIn(views, table.name)) ? [] : [name]
    })
  }
  return { differing, close: () => store.close() }
}

const placeOf = ({ views }: World): string =>
  JSON.stringify((rowsIn(views, 'views') ?? []).map(({ position, slot }) => [slot, position]))

let open: World | undefined

afterEach(() => open?.endAll())
afterAll(removeFolders)

describe(`a projector that is killed ${cycles} times (FAULT_SEED=${seed})`, () => {
  it(
    'leaves tables that are true where they say so, and a subscriber that misses nothing',
    async () => {
      process.stderr.write(`projector: FAULT_SEED=${seed} FAULT_CYCLES=${cycles}\n`)
      const random = seededRandom(seed)
      const here = (open = await world())
      const [writer, subscriber] = [here.write(), here.subscribe()]
      const isThere = async () => (await programOn(here.ledger)('events', '--limit', '9')).out
      await eventually(async () => (await isThere()).includes('link-isp'))
      const { differing, close } = await comparison(here)
      let moved = 0
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        const before = placeOf(here)
        const projector = here.project(...(random() < 0.3 ? [] : ['--follow', '--json']))
        await eventually(() => placeOf(here) !== before || projector.exitCode !== null)
        await new Promise((resolve) => setTimeout(resolve, random() * 300))
        await killed(projector)
        expect(await differing()).toEqual([])
        moved += placeOf(here) === before ? 0 : 1
      }
      expect(moved).toBe(cycles)
      await killed(writer)
      const last = here.project()
      last.stdout?.resume()
      expect(await once(last, 'exit')).toEqual([0, null])
      expect(await differing()).toEqual([])
      await close()
      const { store } = await rightOf(openLedger(here.ledger, { readOnly: true }))
      const ids = (await allEvents(store)).map(({ id }) => id)
      await store.close()
      const told = () => readFileSync(here.told, 'utf8').trimEnd().split('\n')
      await eventually(() => told().length >= ids.length)
      await killed(subscriber)
      expect(told().map((line): string => JSON.parse(line).id)).toEqual(ids)
    },
    60_000 + cycles * 15_000,
  )
})

describe('two projectors', () => {
  it('run one after the other, and one that is stopped writes nothing over its successor', async () => {
    const here = (open = await world())
    const record = () => programOn(here.ledger)('record', 'isp', 'ras-error', '--code', '629')
    await record()
    const follow = () => {
      const child = here.project('link-health', '--follow', '--json')
      return { child, said: spokenBy(child) }
    }
    const first = follow()
    await eventually(() => first.said.text().includes('"CaughtUp"'))
    const second = follow()
    await eventually(() => second.said.text().includes('"Waiting"'))
    // As if the kernel had lost the lock of a runner that sleeps.
    first.child.kill('SIGSTOP')
    rmSync(`${here.views}.locks`, { recursive: true })
    await eventually(() => second.said.text().includes('"CaughtUp"'))
    await record()
    await eventually(() => second.said.text().includes('"Stored"'))
    first.child.kill('SIGCONT')
    await eventually(() => first.said.text().includes('another process took over'))
    expect(first.said.text()).not.toContain('"Stored"')
    await killed(second.child)
    await eventually(() => first.said.text().split('"CaughtUp"').length > 2)
    const { differing, close } = await comparison(here)
    expect(await differing()).toEqual([])
    await close()
  })
})
