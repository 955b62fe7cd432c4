import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { streamOfLink } from '../../../domain/link-id'
import type { Gate } from '../../../src/application/gate'
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
import { builtMain, programOn } from '../../support/open-interval'
import { simulatedClock, simulatedLiveness, trueCs } from '../../support/simulated-host'

// A machine that is busy with the other tests may ask for the first time when the dialer has been ended
// already. What failed is printed, and tried again.
jest.retryTimes(2, { logErrorsBeforeRetry: true })

const openIntervalSec = 6
const [isp, stream] = [linkId('isp'), streamOfLink(linkId('isp'))]

const [folders, pids]: [string[], number[]] = [[], []]
const servers: FakeEventStoreDb[] = []
const stores: EventStore[] = []

const endNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

afterEach(async () => {
  pids.splice(0).forEach(endNow)
  for (const store of stores.splice(0)) await store.close()
  for (const server of servers.splice(0)) server.stop()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The pid that a dialer wrote into a file; 0: it has not begun. */
const pidIn = (file: string): number => {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Two nodes with one log: the dialer's host reaches only the first, the other host the second. */
const newLedger = async () => {
  const near = await startFakeEventStoreDb()
  const far = await startFakeEventStoreDb({ log: near.log })
  servers.push(near, far)
  const store = await eventStoreDbAt(`esdb://127.0.0.1:${far.port}?tls=false`)
  stores.push(store)
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
  folders.push(folder)
  const place = `esdb://127.0.0.1:${near.port}?tls=false`
  const env = { OPEN_INTERVAL_STORE: place, STATE_DIRECTORY: folder }
  const program = programOn(place, { env })
  await program('init')
  const policy = ['--open-interval', `${openIntervalSec}`, '--dial-timeout', '6', '--lease', '5']
  await program('policy', 'set', ...policy, '--reason', 'test')
  /** What the link's stream tells, but refusals and renewals, of which the machine decides how many. */
  const facts = async (): Promise<ReadonlyArray<string>> =>
    (await eventsOf(store, stream))
      .map(({ type }) => type)
      .filter((type) => type !== 'DialRefused' && type !== 'LeaseRenewed')
  return { near, store, folder, env, facts }
}

type Ledger = Awaited<ReturnType<typeof newLedger>>

/** Dials with a real dialer, which runs until somebody ends it; gives its pid and its supervisor. */
const dialed = async ({ folder, env }: Ledger, script: string) => {
  const file = join(folder, 'pid')
  const dialer = `echo $$ > ${file}; ${script}; exec sleep 300`
  const dial = ['dial', 'isp', '--up-when', '^CONNECT', '--', '/bin/sh', '-c', dialer]
  const supervisor = spawn(process.execPath, [builtMain, ...dial], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  })
  const exited = once(supervisor, 'exit')
  await eventually(() => pidIn(file) !== 0)
  pids.push(pidIn(file), ...pidsOf(supervisor))
  return { dialer: pidIn(file), exited }
}

const pidsOf = ({ pid }: ChildProcess): ReadonlyArray<number> => (pid === undefined ? [] : [pid])

/** The gate of another host, of which the wall clock is 90 s ahead. */
const otherGate = (store: EventStore): Gate => {
  const host = { name: 'other', boot: 7, skewSec: 90 }
  const parts = partsOn(store, simulatedClock(host), host.name)
  return linkGate(
    parts,
    simulatedLiveness(host, () => false),
  )
}

const roundsMax = 400

/** Asks until it may dial. Why not, at first and after each change, and how long the dialer was gone. */
const askedUntilGranted = async (gate: Gate, dialer: number) => {
  const refusals = new Set<string>()
  let goneCs = Infinity
  for (let round = 0; round < roundsMax; round += 1) {
    if (goneCs === Infinity && !isAlive(dialer)) goneCs = trueCs()
    const answer = await rightOf(gate.request(aRequest({ link: isp })))
    if (answer._tag === 'Granted') return { refusals: [...refusals], goneForCs: trueCs() - goneCs }
    const rules = answer.deniedBy.map(({ rule }) => rule).join()
    refusals.add(`${rules}, the dialer is ${goneCs === Infinity ? 'alive' : 'gone'}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`never granted: ${[...refusals].join('; ')}`)
}

/** Another host is refused by a rule until the dialer is gone, and then for a whole Open Interval. */
const expectTakenOver = async (
  { store }: Ledger,
  dialer: number,
  rule: 'dialing' | 'connected',
): Promise<void> => {
  const { refusals, goneForCs } = await askedUntilGranted(otherGate(store), dialer)
  expect(goneForCs).toBeGreaterThanOrEqual(openIntervalSec * 100)
  expect(refusals).toEqual([
    `${rule}, the dialer is alive`,
    `${rule}, the dialer is gone`,
    'open-interval, the dialer is gone',
  ])
}

describe('a real dialer on a host that is cut off from the ledger', () => {
  it('G10: whose up came too late for the ledger is gone before another host counts it as lost', async () => {
    const ledger = await newLedger()
    const isCutOff = join(ledger.folder, 'cut-off')
    const { dialer, exited } = await dialed(
      ledger,
      `until [ -e ${isCutOff} ]; do sleep 0.1; done; echo CONNECT 9600`,
    )
    await eventually(async () => (await ledger.facts()).includes('DialStarted'))
    ledger.near.die()
    writeFileSync(isCutOff, '')
    expect(isAlive(dialer)).toBe(true)

    await expectTakenOver(ledger, dialer, 'dialing')
    const told = ['DialAttempted', 'DialStarted', 'DialAbandoned', 'DialAttempted']
    expect(await ledger.facts()).toEqual(told)

    await ledger.near.comeBack()
    expect(await exited).toEqual([143, null])
    expect(await ledger.facts()).toEqual([...told, 'ConnectionErrorOccurred'])
  }, 90_000)

  it('R5: is gone before its lease has run out for another host, which waits from there', async () => {
    const ledger = await newLedger()
    const { dialer, exited } = await dialed(ledger, 'echo CONNECT 9600')
    await eventually(async () => (await ledger.facts()).includes('AssociationOpened'))
    ledger.near.die()
    expect(isAlive(dialer)).toBe(true)

    await expectTakenOver(ledger, dialer, 'connected')
    const told = [
      ...['DialAttempted', 'DialStarted', 'AssociationOpened', 'AssociationEnded'],
      'DialAttempted',
    ]
    expect(await ledger.facts()).toEqual(told)

    await ledger.near.comeBack()
    expect(await exited).toEqual([143, null])
    expect(await ledger.facts()).toEqual([...told, 'ConnectionErrorOccurred'])
  }, 90_000)
})
