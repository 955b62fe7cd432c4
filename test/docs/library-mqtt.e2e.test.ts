import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLedger, openLedger } from '../../src'
import { eventually } from '../support/eventually'
import { newFolder, removeFolders } from '../support/gate-world'
import { programOn } from '../support/open-interval'
import { linkPackages } from '../support/link-packages'
import { tagged } from '../support/tagged'

afterAll(removeFolders)

type Seen = { readonly port: number; readonly dials: number; readonly clients: number }

/** A broker in a process of its own, on one port that can be closed and opened again. */
const newBroker = () => {
  const child = fork(join(__dirname, '../support/processes/mqtt-broker.mjs'), { execArgv: [] })
  const tell = async (word: string): Promise<Seen> => {
    child.send(word)
    const [seen] = await once(child, 'message')
    return seen
  }
  return { tell, end: () => child.disconnect() }
}

const newGateway = async (port: number) => {
  const folder = newFolder()
  const store = join(folder, 'ledger.db')
  tagged(await createLedger(store), 'Created')
  const ledger = tagged(await openLedger(store), 'Ledger')
  const policy = { openIntervalSec: 1, dialTimeoutSec: 8, minUpTimeSec: 0, reason: 'a quick test' }
  tagged(await ledger.policy.set(null, policy), 'Policy')
  await ledger.close()
  linkPackages(folder, ['mqtt'])
  const program = join(folder, 'guarded-mqtt.mjs')
  copyFileSync(join(__dirname, '../../docs/examples/guarded-mqtt.mjs'), program)
  const child = spawn(process.execPath, [program, `mqtt://127.0.0.1:${port}`], {
    env: { PATH: process.env['PATH'], OPEN_INTERVAL_STORE: store },
    stdio: 'pipe',
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const ended = once(child, 'close')
  const says = (text: string) => eventually(() => said.out.includes(text))
  return { child, said, says, ended, store }
}

describe('docs/examples/guarded-mqtt.mjs', () => {
  it('dials a broker that is away, refuses, drops and accepts, each time once and in time', async () => {
    const { tell, end } = newBroker()
    const { port } = await tell('listen')
    await tell('close')
    const gateway = await newGateway(port)
    let dials = 0
    try {
      await gateway.says('failed: connect ECONNREFUSED')
      await tell('refuse')
      await tell('listen')
      await gateway.says('failed: Connection refused')
      await tell('accept')
      await gateway.says('mqtt: up\n')
      await eventually(async () => (await tell('look')).clients === 1)
      await eventually(async () => {
        await tell('publish')
        return gateway.said.out.includes('commands/a now')
      })
      await tell('drop')
      await gateway.says('lost: the broker closed the connection')
      await eventually(() => gateway.said.out.split('mqtt: up\n').length === 3)
      dials = (await tell('look')).dials
      gateway.child.kill('SIGTERM')
      expect(await gateway.ended).toEqual([0, null])
    } finally {
      gateway.child.kill('SIGKILL')
      end()
    }
    expect(gateway.said.err).toBe('')
    expect(gateway.said.out).toMatch(/mqtt: Stopped\nmqtt: Closed\n$/u)
    const program = programOn(gateway.store)
    const { totals } = (await program('audit', '--json')).json()
    expect(totals).toMatchObject({ broken: 0, cannotTell: 0, ungated: 0 })
    // The dials that met nobody are the ledger's alone; of all others the broker saw each once.
    const { out } = await program('events')
    const away = out.split('"library:ECONNREFUSED"').length - 1
    expect(away).toBeGreaterThan(0)
    expect(totals.kept - dials).toBeLessThanOrEqual(away)
    expect(totals.kept).toBeGreaterThanOrEqual(dials)
    expect((await program('status', 'mqtt', '--json')).json().links[0].phase).toBe('idle')
  })
})
