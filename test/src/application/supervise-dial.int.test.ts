import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttemptReport, Refused } from '../../../src/application/gate'
import { listenForStop } from '../../../src/application/stop'
import { superviseDial, type DialOptions } from '../../../src/application/supervise-dial'
import { openLinuxClock } from '../../../src/adapters/linux/clock'
import { linuxDialerHost } from '../../../src/adapters/linux/dialer-host'
import { lockFileOf, probeLock } from '../../../src/adapters/linux/link-lock'
import { openProcessTable } from '../../../src/adapters/linux/process-table'
import type { DialOutcome } from '../../../src/application/run-dial'
import { dialerScripts } from '../../support/dialer-scripts'
import { eventually } from '../../support/eventually'
import { linkId } from '../../support/link-id'
import { scriptedGate, type ScriptedGate, type ScriptedGrant } from '../../support/scripted-gate'

let link = linkId('isp')
const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const store = `sqlite:${folder}/ledger.db`
const opened = openLinuxClock()
if (E.isLeft(opened)) throw new Error(opened.left.why)
const clock = opened.right
const away = { _tag: 'LedgerUnavailable', why: 'the disk is away' } as const

// A test that fails leaves its dialer running for a while: the next one must not meet its lock.
beforeEach(() => {
  link = linkId(randomUUID())
})
afterEach(() => {
  for (const pid of marked()) process.kill(pid, 'SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Setting = {
  readonly gate: ScriptedGate
  readonly signals: EventEmitter
  readonly said: Array<string>
  readonly recordedUp: { value: boolean }
}

const setting = (grant: ScriptedGrant | Refused = {}): Setting => ({
  gate: scriptedGate(clock, grant),
  signals: new EventEmitter(),
  said: [],
  recordedUp: { value: false },
})

const dialWith = async (
  { gate, signals, said, recordedUp }: Setting,
  script: string,
  options: Partial<DialOptions> = {},
) => {
  const stop = listenForStop(signals)
  const dialed = await superviseDial({
    gate,
    clock,
    host: linuxDialerHost({ lockFolder: folder }),
    stop,
    isRecordedUp: async () => recordedUp.value,
    changes: () => () => undefined,
    store,
    say: (message) => said.push(message),
    onRefused: () => undefined,
  })({
    link,
    kind: 'generic',
    command: ['/bin/sh', '-c', script],
    upRule: { _tag: 'Alive' },
    redialsItself: false,
    wait: null,
    ...options,
  })
  stop.close()
  if (E.isLeft(dialed)) throw new Error(dialed.left.why)
  return dialed.right
}

const outcomeWith = async (...args: Parameters<typeof dialWith>): Promise<DialOutcome> => {
  const dialed = await dialWith(...args)
  if (dialed._tag === 'Refused') throw new Error('refused')
  return dialed.outcome
}

const tagsOf = ({ gate }: Setting): ReadonlyArray<string> =>
  gate.reports.map((report) => ('proof' in report ? `Up ${report.proof}` : report._tag))

const settledOf = ({ gate }: Setting): Extract<AttemptReport, { _tag: 'Settled' }> => {
  const settled = gate.reports.find((report) => report._tag === 'Settled')
  if (settled?._tag !== 'Settled') throw new Error('nothing was settled')
  return settled
}

const lockIsFree = async (): Promise<boolean> =>
  (await probeLock(lockFileOf(folder, link))) === 'free'

// The dialers of this run only: somebody else may run the same tests beside it.
const marked = (): ReadonlyArray<number> => {
  const table = openProcessTable()!
  return table
    .all()
    .map(({ pid }) => pid)
    .filter((pid) => table.hasEnvironment(pid, `OPEN_INTERVAL_STORE=${store}`))
}

// While a process executes another program its environment cannot be read: one miss proves nothing.
const becomesGone = async (): Promise<void> => {
  const misses = { inARow: 0 }
  await eventually(() => {
    const isThere = marked().length > 0
    misses.inARow = isThere ? 0 : misses.inARow + 1
    return misses.inARow > 1
  })
}

describe('a dialer that fails at once', () => {
  it('is settled with its exit code, and with when it was seen', async () => {
    const given = setting()
    const outcome = await outcomeWith(given, 'exit 3')
    expect(tagsOf(given)).toEqual(['Started', 'Settled'])
    expect(settledOf(given)).toMatchObject({
      started: true,
      normal: false,
      origin: 'exit:generic',
      code: 3,
    })
    expect(outcome).toMatchObject({ exit: { code: 3 }, reported: 'durable', isUp: false })
    await eventually(lockIsFree)
  })

  it('is settled as killed by a signal when it was', async () => {
    const given = setting()
    await outcomeWith(given, 'kill -s SEGV $$')
    expect(settledOf(given)).toMatchObject({ origin: 'signal', code: 11, reason: 'SIGSEGV' })
  })
})

describe('a dialer that is alive at its deadline', () => {
  it('is reported up, and not ended any more (R5)', async () => {
    const given = setting()
    const outcome = await outcomeWith(given, 'sleep 1.6; exit 4')
    expect(tagsOf(given)).toEqual(['Started', 'Up alive', 'Settled'])
    expect(outcome).toMatchObject({ exit: { code: 4 }, isUp: true })
  })

  it.each(['leaderExitsFirst', 'leavesGroup', 'leavesSession'] as const)(
    'is alive although its leader has exited: %s (G7, G8)',
    async (name) => {
      const given = setting()
      const dialing = outcomeWith(given, dialerScripts[name])
      await eventually(() => tagsOf(given).includes('Up alive'))
      expect(marked()).not.toEqual([])
      given.signals.emit('SIGTERM', 'SIGTERM')
      await dialing
      expect(settledOf(given)).toMatchObject({ normal: true, reason: 'requested' })
    },
  )

  it('is ended when the ledger is away, because nobody knows that it is up (R5)', async () => {
    const given = setting()
    const dialing = outcomeWith(given, dialerScripts.ignoresTerm)
    given.gate.failing = away
    await eventually(() => marked().length > 0)
    await becomesGone()
    given.gate.failing = null
    await dialing
    expect(tagsOf(given)).toEqual(['Started', 'Settled'])
    expect(settledOf(given)).toMatchObject({ origin: 'timeout', normal: false })
    expect(given.said.join()).toContain('the ledger is back')
  })

  it('is no success when it merely lasts until a hook says that it is up', async () => {
    const given = setting()
    given.recordedUp.value = true
    await outcomeWith(given, 'sleep 1.4', { upRule: { _tag: 'Session' } })
    expect(settledOf(given)).toMatchObject({ origin: 'exit:generic', normal: true })
  })
})

describe('a dialer that waits for a hook to say that it is up', () => {
  it('is saved by a record that comes after the first look, or after failed ones (R5)', async () => {
    let asked = 0
    const recordedUp = {
      get value() {
        asked += 1
        return asked > 1
      },
    }
    const given = { ...setting({ dialTimeoutSec: 4 }), recordedUp }
    const dialing = outcomeWith(given, 'sleep 4.5; exit 4', { upRule: { _tag: 'Session' } })
    expect(await dialing).toMatchObject({ exit: { code: 4 }, isUp: true })
    expect(asked).toBe(2)
    expect(settledOf(given)).toMatchObject({ origin: 'exit:generic' })
  })

  it('was up where its hook said so and nobody had looked yet when it ended', async () => {
    const given = { ...setting({ dialTimeoutSec: 20 }), recordedUp: { value: true } }
    expect(await outcomeWith(given, 'exit 4')).toMatchObject({ exit: { code: 4 }, isUp: true })
  })
})

describe('a dialer whose output tells that it is up', () => {
  const upRule = { _tag: 'Output', pattern: /^CONNECT \d+/u } as const

  it('is reported up once a line matches', async () => {
    const given = setting()
    await outcomeWith(given, 'printf "no\\nCONN"; printf "ECT 9600"; sleep 1.3', { upRule })
    expect(tagsOf(given)).toEqual(['Started', 'Up output', 'Settled'])
  })

  it('is reported up even when it ends right after that line', async () => {
    const given = setting()
    await outcomeWith(given, 'echo CONNECT 9600', { upRule })
    expect(tagsOf(given)).toEqual(['Started', 'Up output', 'Settled'])
  })

  it('is ended at its deadline when no line matches, whatever it does about TERM', async () => {
    const given = setting({ dialTimeoutSec: 1 })
    const outcome = await outcomeWith(given, dialerScripts.ignoresTerm, { upRule })
    expect(outcome.exit).toMatchObject({ signal: 'SIGKILL' })
    expect(settledOf(given)).toMatchObject({ origin: 'timeout', reason: 'dial-timeout' })
  })

  it('is gone by its deadline when the ledger was away as the line came (G10)', async () => {
    const given = setting()
    given.gate.failing = away
    const dialing = outcomeWith(given, 'echo CONNECT 9600; exec sleep 300', { upRule })
    await eventually(() => marked().length > 0)
    await becomesGone()
    given.gate.failing = null
    await dialing
    expect(tagsOf(given)).toEqual(['Started', 'Settled'])
  })
})

describe('a one-shot dialer', () => {
  const upRule = { _tag: 'Oneshot', owner: null } as const

  it('leaves the link up, with its lock free and what it started alive', async () => {
    const given = setting()
    const outcome = await outcomeWith(given, 'sleep 4 & exit 0', { upRule })
    expect(tagsOf(given)).toEqual(['Started', 'Up exit'])
    expect(outcome).toMatchObject({ isLeftUp: true, settlement: null })
    await eventually(lockIsFree)
    const left = marked()
    expect(left).toHaveLength(1)
    left.forEach((pid) => process.kill(pid, 'SIGKILL'))
  })

  it('ends what it left behind when it fails', async () => {
    const given = setting()
    await outcomeWith(given, 'sleep 300 & exit 5', { upRule })
    expect(settledOf(given)).toMatchObject({ code: 5, origin: 'exit:generic' })
    expect(marked()).toEqual([])
  })

  it('does not succeed before its up is durable, and fails at its deadline (G28)', async () => {
    const given = setting()
    given.gate.failing = away
    const dialing = outcomeWith(given, 'sleep 300 & exit 0', { upRule })
    await eventually(() => marked().length > 0)
    await becomesGone()
    given.gate.failing = null
    const outcome = await dialing
    expect(outcome.isLeftUp).toBe(false)
    expect(tagsOf(given)).toEqual(['Started', 'Settled'])
    expect(settledOf(given)).toMatchObject({ origin: 'timeout', normal: false })
  })

  it('succeeds late when the ledger comes back in time', async () => {
    const given = setting({ dialTimeoutSec: 4 })
    given.gate.failing = away
    const dialing = outcomeWith(given, 'exit 0', { upRule })
    await eventually(() => given.said.length > 0)
    given.gate.failing = null
    expect(await dialing).toMatchObject({ isLeftUp: true })
  })
})

describe('a session', () => {
  it('is up and ended normally when it exits 0', async () => {
    const given = setting()
    await outcomeWith(given, 'exit 0', { upRule: { _tag: 'Session' } })
    expect(tagsOf(given)).toEqual(['Started', 'Up exit', 'Settled'])
    expect(settledOf(given).normal).toBe(true)
  })
})

describe('a signal to the supervisor', () => {
  it('is passed on, and makes the end a requested one (G13)', async () => {
    const given = setting()
    const dialing = outcomeWith(given, dialerScripts.plain)
    await eventually(() => tagsOf(given).includes('Up alive'))
    given.signals.emit('SIGHUP', 'SIGHUP')
    expect(await dialing).toMatchObject({ exit: { signal: 'SIGHUP' } })
    expect(settledOf(given)).toMatchObject({ normal: true, reason: 'requested' })
  })

  it('makes it a requested end also just after the dialer died of the same (G35)', async () => {
    const given = setting()
    const dialing = outcomeWith(given, 'sleep 1.2; kill -s TERM $$')
    await eventually(() => tagsOf(given).includes('Up alive'))
    await becomesGone()
    given.signals.emit('SIGTERM', 'SIGTERM')
    await dialing
    expect(settledOf(given)).toMatchObject({ normal: true, reason: 'requested' })
  })

  it('keeps a dialer that ignores it from being taken as up by its deadline (G13)', async () => {
    const given = setting({ dialTimeoutSec: 4 })
    const dialing = outcomeWith(given, dialerScripts.ignoresTerm)
    await eventually(() => tagsOf(given).includes('Started') && marked().length > 0)
    given.signals.emit('SIGTERM', 'SIGTERM')
    expect(await dialing).toMatchObject({ exit: { signal: 'SIGKILL' }, isUp: false })
    expect(tagsOf(given)).toEqual(['Started', 'Settled'])
    expect(settledOf(given)).toMatchObject({ origin: 'timeout', reason: 'requested' })
  })

  it('keeps a dialer from its start when it comes before', async () => {
    const given = setting()
    const dialing = outcomeWith(given, 'exit 0')
    given.signals.emit('SIGTERM', 'SIGTERM')
    expect(await dialing).toMatchObject({ exit: null })
    expect(settledOf(given)).toMatchObject({ started: false, reason: 'requested' })
  })
})

describe('a grant', () => {
  it('that is void leads to no dial (G15)', async () => {
    const given = setting({ isVoid: true })
    await outcomeWith(given, 'exit 0')
    expect(tagsOf(given)).toEqual(['Settled'])
    expect(settledOf(given)).toMatchObject({ started: false, origin: 'void' })
  })

  it('that the ledger has closed meanwhile ends its dialer', async () => {
    const given = setting({ dialTimeoutSec: 100 })
    given.gate.rejecting = 'Started'
    await outcomeWith(given, dialerScripts.plain)
    expect(settledOf(given)).toMatchObject({ origin: 'attempt-closed', normal: false })
  })

  it('that is refused after all gives the lock back', async () => {
    const refused = {
      ...({ _tag: 'Refused', deniedBy: [], notBefore: null, retryAfterSec: 1 } as const),
      ...{ lastFailure: null, judgement: null },
    }
    const given = setting(refused)
    expect(await dialWith(given, 'exit 0')).toEqual({ _tag: 'Refused', refused })
    await eventually(lockIsFree)
  })
})

describe('a lease', () => {
  it('is renewed while the dialer lives', async () => {
    const given = setting({ leaseSec: 1, dialTimeoutSec: 100 })
    const dialing = outcomeWith(given, 'exec sleep 2.2')
    await dialing
    const renewals = tagsOf(given).filter((tag) => tag === 'LeaseRenewed')
    expect(renewals.length).toBeGreaterThanOrEqual(3)
    expect(settledOf(given)).toMatchObject({ origin: 'exit:generic' })
  })

  it('that cannot be renewed ends the dialer before it runs out', async () => {
    const given = setting({ leaseSec: 1, dialTimeoutSec: 100 })
    const dialing = outcomeWith(given, dialerScripts.ignoresTerm)
    await eventually(() => tagsOf(given).includes('LeaseRenewed'))
    given.gate.failing = away
    await becomesGone()
    given.gate.failing = null
    await dialing
    expect(settledOf(given)).toMatchObject({ origin: 'lease-lost' })
  })
})

describe('a guard', () => {
  it('that is killed is replaced, as often as it takes', async () => {
    const given = setting({ dialTimeoutSec: 1 })
    const dialing = outcomeWith(given, dialerScripts.plain)
    const table = openProcessTable()!
    const guards = (): ReadonlyArray<number> =>
      table
        .all()
        .filter(
          (stat) => stat.parentPid === process.pid && table.hasEnvironment(stat.pid, 'LC_ALL=C'),
        )
        .map((stat) => stat.pid)
    await eventually(() => tagsOf(given).includes('Up alive'))
    for (const _ of [1, 2, 3]) {
      await eventually(() => guards().length === 1)
      const [guard = 0] = guards()
      process.kill(guard, 'SIGKILL')
      await eventually(() => guards().some((pid) => pid !== guard))
    }
    expect(marked()).toHaveLength(1)
    given.signals.emit('SIGTERM', 'SIGTERM')
    await dialing
    expect(settledOf(given)).toMatchObject({ reason: 'requested' })
  })
})
