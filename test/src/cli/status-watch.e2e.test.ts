import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'
import { newFolder, removeFolders } from '../../support/gate-world'
import { builtMain, programOn } from '../../support/open-interval'

const running: Array<ReturnType<typeof spawn>> = []
afterAll(() => {
  running.forEach((child) => child.kill('SIGKILL'))
  removeFolders()
})

/** A ledger, the program on it, and a watcher in a process of its own. */
const watched = async () => {
  const ledger = join(newFolder(), 'ledger.db')
  const run = programOn(ledger)
  expect((await run('init')).code).toBe(0)
  const child = spawn(
    process.execPath,
    [builtMain, 'status', '--watch', '--json', '--store', ledger],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  running.push(child)
  const exit = once(child, 'exit')
  const heard = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.err += text))
  const told = () =>
    heard.out
      .split('\n')
      .slice(0, -1)
      .map((line): { link: string; from: string | null; to: string } => JSON.parse(line))
      .map(({ link, from, to }) => `${link}: ${from ?? ''} -> ${to}`)
  return { ledger, run, child, exit, heard, told }
}

describe('status --watch in a process of its own', () => {
  it('tells what other processes append and what time alone changes, and ends with 0 on a signal', async () => {
    const { run, child, exit, told } = await watched()
    await run('policy', 'set', '--open-interval', '1', '--reason', 'test')
    await run('record', 'isp', 'ras-error')
    await eventually(() => told().includes('isp: waiting -> idle'))
    await run('hold', 'backup', '--new', '--reason', 'bill')
    await eventually(() => told().includes('backup:  -> held'))
    expect(told()).toEqual(['isp:  -> waiting', 'isp: waiting -> idle', 'backup:  -> held'])
    child.kill('SIGINT')
    expect(await exit).toEqual([0, null])
  })

  it('says that the ledger is away, and goes on when it is back', async () => {
    const { ledger, run, child, exit, heard, told } = await watched()
    await run('record', 'isp', 'ras-error')
    await eventually(() => told().length === 1)
    renameSync(ledger, `${ledger}.away`)
    await eventually(() => heard.err.includes('trying again in'))
    renameSync(`${ledger}.away`, ledger)
    await run('hold', 'isp', '--reason', 'bill')
    await eventually(() => told().includes('isp: waiting -> held'))
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  })

  it('ends with 0 when its reader is gone', async () => {
    const { run, child, exit, told } = await watched()
    await run('record', 'isp', 'ras-error')
    await eventually(() => told().length === 1)
    child.stdout.destroy()
    await run('hold', 'isp', '--reason', 'bill')
    expect(await exit).toEqual([0, null])
  })
})
