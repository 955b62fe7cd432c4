import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../../support/fake-eventstoredb/fake-eventstoredb'

const processes = join(__dirname, '../../../support/processes')

let [ours, others]: FakeEventStoreDb[] = []
beforeEach(async () => {
  ours = await startFakeEventStoreDb()
  others = await startFakeEventStoreDb()
})
afterEach(() => [ours, others].forEach((fake) => fake?.stop()))

describe('the client package', () => {
  it('keeps our appends from the failure of a client of somebody else, and lets the process end', async () => {
    const url = (fake: FakeEventStoreDb | undefined) =>
      `esdb://127.0.0.1:${fake?.port ?? 0}?tls=false`
    const child = spawn(process.execPath, [
      ...['--require', join(processes, 'load-typescript.cjs')],
      join(processes, 'append-beside-a-failing-client.ts'),
      ...[url(ours), url(others)],
    ])
    let [out, err] = ['', '']
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString()
      if (!text.toString().includes('both')) return
      // Ours answers only after the other one is dead.
      if (ours !== undefined) ours.faults.frozen = true
      if (others !== undefined) others.faults.frozen = true
      setTimeout(() => {
        others?.die()
        if (ours !== undefined) ours.faults.frozen = false
      }, 300)
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    expect({ out, err, code }).toEqual({ out: 'both\nfailed 0\n', err: '', code: 0 })
  })
})
