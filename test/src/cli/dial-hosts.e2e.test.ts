import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { streamOfLink } from '../../../domain/link-id'
import { linkGate } from '../../../src/application/link-gate'
import type { EventStore } from '../../../src/ports/event-store'
import { eventStoreDbAt } from '../../support/eventstoredb-store'
import { eventually } from '../../support/eventually'
import { rightOf } from '../../support/event-store-contract'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../support/fake-eventstoredb/fake-eventstoredb'
import { aRequest, eventsOf, partsOn } from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { programOn } from '../../support/open-interval'
import { simulatedClock, simulatedLiveness, trueCs } from '../../support/simulated-host'

const openIntervalSec = 6
const [isp, stream] = [linkId('isp'), streamOfLink(linkId('isp'))]

const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const servers: FakeEventStoreDb[] = []
const stores: EventStore[] = []
afterAll(async () => {
  for (const store of stores) await store.close()
  for (const server of servers) server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The pid that a dialer wrote into a file; null: it has not begun. */
const pidIn = (file: string): number | null => {
  try {
    return Number(readFileSync(file, 'utf8')) || null
  } catch {
    return null
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a real dialer on a host that is cut off from the ledger', () => {
  it('G10: is gone before another host takes its link for lost, and dials an interval later', async () => {
    // Two nodes with one log: the dialer's host reaches only the first, the other host the second.
    const near = await startFakeEventStoreDb()
    const far = await startFakeEventStoreDb({ log: near.log })
    servers.push(near, far)
    const store = await eventStoreDbAt(`esdb://127.0.0.1:${far.port}?tls=false`)
    stores.push(store)
    const env = { STATE_DIRECTORY: folder }
    const program = programOn(`esdb://127.0.0.1:${near.port}?tls=false`, { env })
    await program('init')
    const policy = ['--open-interval', `${openIntervalSec}`, '--dial-timeout', '4', '--lease', '5']
    await program('policy', 'set', ...policy, '--reason', 'test')

    const file = join(folder, 'pid')
    const script = `echo $$ > ${file}; sleep 1.5; echo CONNECT 9600; exec sleep 300`
    const dial = ['dial', 'isp', '--up-when', '^CONNECT', '--', '/bin/sh', '-c', script]
    const dialed = program(...dial)
    const types = async () => (await eventsOf(store, stream)).map(({ type }) => type)
    await eventually(async () => (await types()).includes('DialStarted'))
    await eventually(() => pidIn(file) !== null)
    const dialer = pidIn(file) ?? 0
    near.die()
    expect(isAlive(dialer)).toBe(true)

    const host = { name: 'other', boot: 7, skewSec: 90 }
    const parts = partsOn(store, simulatedClock(host), host.name)
    const gate = linkGate(
      parts,
      simulatedLiveness(host, () => false),
    )
    let goneCs = Infinity
    const refusals = new Set<string>()
    for (;;) {
      if (goneCs === Infinity && !isAlive(dialer)) goneCs = trueCs()
      const answer = await rightOf(gate.request(aRequest({ link: isp })))
      if (answer._tag === 'Granted') break
      const rules = answer.deniedBy.map(({ rule }) => rule).join()
      refusals.add(`${rules}, the dialer is ${goneCs === Infinity ? 'alive' : 'gone'}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(trueCs() - goneCs).toBeGreaterThanOrEqual(openIntervalSec * 100)
    expect([...refusals]).toEqual([
      'dialing, the dialer is alive',
      'dialing, the dialer is gone',
      'open-interval, the dialer is gone',
    ])
    const facts = async () => (await types()).filter((type) => type !== 'DialRefused')
    const told = ['DialAttempted', 'DialStarted', 'DialAbandoned', 'DialAttempted']
    expect(await facts()).toEqual(told)

    await near.comeBack()
    expect(await dialed).toMatchObject({ code: 143 })
    expect(await facts()).toEqual([...told, 'ConnectionErrorOccurred'])
  }, 60_000)
})
