import Database from 'better-sqlite3'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openLedger } from '../../../../src/adapters/sqlite/open-ledger'
import { eventsOf, rightOf } from '../../../support/event-store-contract'
import { newLedger, temporaryFolder } from '../../../support/sqlite-ledger'

const { folder, remove } = temporaryFolder()
afterAll(remove)

const loader = require.resolve('../../../support/processes/load-typescript.cjs')
const script = require.resolve('../../../support/processes/append-on.ts')

type Appender = {
  readonly child: ChildProcess
  /** The ids of the events that it was told are stored. */
  readonly acknowledged: () => ReadonlyArray<string>
  readonly exit: Promise<unknown>
}

const startAppender = (path: string, stream: string, count: number): Appender => {
  const child = spawn(
    process.execPath,
    ['--require', loader, script, path, stream, String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  // A killed process may leave its last line unfinished.
  const acknowledged = () => output.split('\n').slice(0, -1)
  return { child, acknowledged, exit: once(child, 'close') }
}

const soundness = (path: string): unknown => {
  const connection = new Database(path, { readonly: true })
  try {
    return connection.pragma('integrity_check', { simple: true })
  } finally {
    connection.close()
  }
}

describe('several processes on one ledger', () => {
  it('each get a revision of their own for every event, and none is lost', async () => {
    const path = join(folder, 'shared.db')
    const { store } = await newLedger(path)
    const appenders = [1, 2, 3, 4].map(() => startAppender(path, 'link-a', 40))
    const exits = await Promise.all(appenders.map(({ exit }) => exit))
    expect(exits).toEqual(appenders.map(() => [0, null]))
    const events = await eventsOf(store, 'link-a')
    expect(events.map(({ revision }) => revision)).toEqual(
      Array.from({ length: 160 }, (_, at) => BigInt(at)),
    )
    const acknowledged = appenders.flatMap((appender) => appender.acknowledged())
    expect(acknowledged).toHaveLength(160)
    expect(events.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted())
    await store.close()
    expect(soundness(path)).toBe('ok')
  })

  it('keep every acknowledged event when they are killed in the middle of appending', async () => {
    const path = join(folder, 'killed.db')
    await (await newLedger(path)).store.close()
    const acknowledged: string[] = []
    for (let cycle = 0; cycle < 4; cycle++) {
      const killed = [0, 1].map((at) => startAppender(path, `link-${at}`, 1_000_000))
      // The more cycles, the later the kill.
      while (killed.some((one) => one.acknowledged().length < 3 + cycle * 7))
        await new Promise((resolve) => setTimeout(resolve, 1))
      killed.forEach(({ child }) => child.kill('SIGKILL'))
      await Promise.all(killed.map(({ exit }) => exit))
      acknowledged.push(...killed.flatMap((one) => one.acknowledged()))
      const { store } = await rightOf(openLedger(path))
      const stored = [...(await eventsOf(store, 'link-0')), ...(await eventsOf(store, 'link-1'))]
      const ids = new Set(stored.map(({ id }) => id))
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
      await store.close()
      expect(soundness(path)).toBe('ok')
    }
  })

  it('wake one another', async () => {
    const path = join(folder, 'woken.db')
    const { store } = await newLedger(path)
    const woken = new Promise<void>((resolve) => store.changes(resolve))
    const appender = startAppender(path, 'link-a', 1)
    await woken
    await appender.exit
    expect(await eventsOf(store, 'link-a')).toHaveLength(1)
    await store.close()
  })
})
