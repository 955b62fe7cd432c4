import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'
import { newFolder, removeFolders } from '../../support/gate-world'
import { builtMain, programOn } from '../../support/open-interval'
import { seededRandom } from '../../support/seeded-random'

afterAll(removeFolders)

/** A process that appends to the ledger until it is killed. */
const appenderOn = (ledger: string) => {
  const loader = require.resolve('../../support/processes/load-typescript.cjs')
  const script = require.resolve('../../support/processes/append-on.ts')
  const args = ['--require', loader, script, ledger, 'link-appended', '1000000']
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

const kills = 6
const seed = Number(process.env['FOLLOW_SEED'] ?? Date.now() % 1e6)

const newLedger = async () => {
  const folder = newFolder()
  const [ledger, file, out] = ['ledger.db', 'seen.json', 'events.ndjson'].map((name) =>
    join(folder, name),
  )
  if (ledger === undefined || file === undefined || out === undefined) throw new Error('no paths')
  const run = programOn(ledger)
  expect((await run('init')).code).toBe(0)
  const lines = () => {
    const text = readFileSync(out, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .slice(0, -1)
      .map((line): { position: string; id: string } => JSON.parse(line))
  }
  const follow = () => {
    const stdout = openSync(out, 'a')
    const child = spawn(
      process.execPath,
      [builtMain, 'events', '--follow', '--checkpoint', file, '--store', ledger],
      { stdio: ['ignore', stdout, 'ignore'] },
    )
    closeSync(stdout)
    return child
  }
  return { ledger, run, lines, follow }
}

describe('events --follow in a process of its own', () => {
  it('tells what other processes append, and ends with 0 on a signal', async () => {
    const { run, lines, follow } = await newLedger()
    const child = follow()
    for (const code of ['629', '678']) {
      await run('record', 'isp', 'ras-error', '--code', code)
      await eventually(() => JSON.stringify(lines()).includes(code))
    }
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('goes on when the writer is killed and begins again, and when the ledger was away', async () => {
    const { run, ledger, lines, follow } = await newLedger()
    const child = follow()
    for (let writers = 0; writers < 3; writers += 1) {
      const before = (await run('events')).out.trimEnd().split('\n').length
      const writer = appenderOn(ledger)
      const exit = once(writer, 'exit')
      await eventually(() => lines().length >= before + 5)
      writer.kill('SIGKILL')
      await exit
    }
    renameSync(ledger, `${ledger}.away`)
    await new Promise((resolve) => setTimeout(resolve, 500))
    renameSync(`${ledger}.away`, ledger)
    await run('record', 'isp', 'ras-error', '--code', '678')
    const stored = (await run('events')).out.trimEnd().split('\n')
    await eventually(() => lines().length >= stored.length)
    expect(lines()).toEqual(stored.map((line): unknown => JSON.parse(line)))
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('leaves nothing out, however often it is killed', async () => {
    process.stdout.write(`follow: FOLLOW_SEED=${seed}\n`)
    const random = seededRandom(seed)
    const { run, lines, follow } = await newLedger()
    const writing = (async () => {
      for (let number = 0; number < 12; number += 1) await run('record', 'isp', 'ras-error')
    })()
    for (let kill = 0; kill < kills; kill += 1) {
      const child = follow()
      await new Promise((resolve) => setTimeout(resolve, 100 + 700 * random()))
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await writing
    const last = follow()
    const stored = (await run('events')).out.trimEnd().split('\n')
    const ids = stored.map((line): string => JSON.parse(line).id)
    await eventually(() => lines().some(({ id }) => id === ids.at(-1)))
    last.kill('SIGTERM')
    await once(last, 'exit')
    // A run that is killed behind its lines prints those of one page again.
    const told = lines().reduce<{ ids: string[]; position: number }>(
      (seen, { position, id }) =>
        Number(position) > seen.position
          ? { ids: [...seen.ids, id], position: Number(position) }
          : seen,
      { ids: [], position: 0 },
    )
    expect(told.ids).toEqual(ids)
  })
})
