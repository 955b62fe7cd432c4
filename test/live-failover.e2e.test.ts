import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeUnless } from './support/real-dialers'

const url = process.env['EVENTSTORE_CLUSTER_URL'] ?? ''
const kill = process.env['EVENTSTORE_KILL_LEADER'] ?? ''

const obstacle =
  url === '' || kill === ''
    ? 'EVENTSTORE_CLUSTER_URL and EVENTSTORE_KILL_LEADER (a command that kills its leader) are not set'
    : null

jest.setTimeout(180_000)

const processes = join(__dirname, 'support', 'processes')

describeUnless(obstacle, 'a real cluster whose leader is killed under load', () => {
  it('loses no append that was told, and doubles none', async () => {
    const args = [join(processes, 'append-under-load.ts'), url, '20']
    const child = spawn(process.execPath, [
      '--require',
      join(processes, 'load-typescript.cjs'),
      ...args,
    ])
    let [out, err] = ['', '']
    child.stdout.on('data', (text: Buffer) => (out += text.toString()))
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    const exited = once(child, 'exit')
    await sleep(8_000)
    execFile('sh', ['-c', kill])
    await exited
    expect(err).toBe('')
    process.stderr.write(`leader killed under load: ${out}`)
    expect(JSON.parse(out)).toMatchObject({ uncertain: 0, lost: 0, doubled: 0 })
  })
})
