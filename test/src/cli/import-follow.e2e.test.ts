import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../support/cli-world'
import { eventually } from '../../support/eventually'
import { newFolder, removeFolders } from '../../support/gate-world'
import { ntText, openFailed } from '../../support/nt-log'
import { builtMain, programOn } from '../../support/open-interval'

afterAll(removeFolders)

const at = (minute: number): number => Date.UTC(1996, 10, 18, 9, minute)

/** Records with 289 of one connector, one for each minute. */
const records = (...minutes: ReadonlyArray<number>): string =>
  ntText(minutes.map((minute) => openFailed(at(minute), 'DEPOT')))

const setting = async () => {
  const folder = newFolder()
  const store = join(folder, 'ledger.db')
  const log = join(folder, 'logs', 'application.txt')
  mkdirSync(join(folder, 'logs'))
  const program = programOn(store)
  expect((await program('init')).code).toBe(0)
  const stored = async (): Promise<ReadonlyArray<string>> =>
    (await program('events')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'ConnectionOpenFailed')
      .map(({ metadata }) => metadata.stated.slice(11, 16))
  return { store, log, program, stored }
}

const following = (store: string, log: string, ...more: ReadonlyArray<string>) => {
  const child = spawn(
    process.execPath,
    [builtMain, 'import', log, '--follow', '--log-tz', '+00:00', '--store', store, ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [out, err] = ['', '']
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const ended = once(child, 'close')
  const lines = (): ReadonlyArray<Json> =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code] = await ended
    return { code, summary: lines().at(-1) }
  }
  const added = (): number =>
    lines().reduce((sum: number, line: Json) => sum + Number(line.events ?? 0), 0)
  return { lines, added, end, err: () => err }
}

describe('import --follow', () => {
  it('imports what a log gets more of, once its line is whole, and ends well when asked to', async () => {
    const { store, log, stored } = await setting()
    writeFileSync(log, records(0, 10))
    const follower = following(store, log, '--json')
    await eventually(() => follower.added() === 2)
    const third = records(20)
    appendFileSync(log, third.slice(0, -20))
    appendFileSync(`${log}.other`, records(59))
    await eventually(() => follower.err().includes('following'))
    appendFileSync(log, third.slice(-20))
    await eventually(() => follower.added() === 3)
    expect(await stored()).toEqual(['09:00', '09:10', '09:20'])
    expect(await follower.end('SIGTERM')).toMatchObject({
      code: 0,
      summary: { summary: { files: [log], events: 3, mustWait: [] } },
    })
  })

  it('leaves a line that is not ended, and adds nothing again when it is started again', async () => {
    const { store, log, stored } = await setting()
    writeFileSync(log, records(0) + records(10).slice(0, -4))
    const first = following(store, log, '--json')
    await eventually(() => first.added() === 1)
    expect(await first.end('SIGINT')).toMatchObject({
      code: 0,
      summary: { summary: { events: 1 } },
    })
    expect(await stored()).toEqual(['09:00'])
    const second = following(store, log, '--json')
    await eventually(() => second.err().includes('following'))
    appendFileSync(log, records(10).slice(-4))
    await eventually(() => second.added() === 1)
    expect((await second.end('SIGTERM')).summary).toMatchObject({ summary: { events: 1 } })
    expect(await stored()).toEqual(['09:00', '09:10'])
  })

  it('reads a log to its end that is rotated away, then the new one, and one that is cut off', async () => {
    const { store, log, stored } = await setting()
    writeFileSync(log, records(0))
    const follower = following(store, log, '--json')
    await eventually(() => follower.added() === 1)
    appendFileSync(log, records(10))
    renameSync(log, `${log}.1`)
    writeFileSync(log, records(20))
    await eventually(() => follower.added() === 3)
    truncateSync(log, 0)
    appendFileSync(log, records(30))
    await eventually(() => follower.added() === 4)
    expect((await follower.end('SIGTERM')).code).toBe(0)
    expect(await stored()).toEqual(['09:00', '09:10', '09:20', '09:30'])
  })

  it('refuses binary logs, folders, missing files and --dry-run, each with what to do', async () => {
    const { log, program } = await setting()
    const binary = join(__dirname, '../../fixtures/audit/evt-storm-clean.evt')
    copyFileSync(binary, log)
    const refused = await program('import', log, '--follow')
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 65, out: '' })
    expect(refused.err).toContain('a binary event log cannot be followed')
    const folder = await program('import', join(log, '..'), '--follow')
    expect(folder).toMatchObject({ code: 65, err: expect.stringContaining('name its files') })
    const missing = await program('import', `${log}.none`, '--follow')
    expect(missing).toMatchObject({ code: 65, err: expect.stringContaining('no such file') })
    expect((await program('import', log, '--follow', '--dry-run')).code).toBe(64)
  })
})
