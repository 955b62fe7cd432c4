import { noProgress, endDialer, type RunningDial } from '../../../src/application/running-dial'
import { dialTimesOf } from '../../../src/application/dial-times'
import { watchDeadlines } from '../../../src/application/watch-deadlines'
import { aReading } from '../../support/event-builders'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

const grantedCs = 360_000
const nobody = { pid: 1, startTicks: 1, pidNamespace: 'pid:[1]' }

/** A dial of 60 s whose clock goes with the timers; `at` is in seconds after its grant. */
const dialOf = ({ leaseSec = null }: { readonly leaseSec?: number | null } = {}) => {
  const startMs = Date.now()
  let sleptSec = 0
  const secNow = () => (Date.now() - startMs) / 1000 + sleptSec
  const told: Array<readonly [what: string, at: number]> = []
  const tell = (what: string) => told.push([what, Math.round(10 * secNow()) / 10])
  let looks = 0
  const reading = () => aReading({ uptimeCs: grantedCs + Math.round(100 * secNow()) })
  const granted = {
    ...{ _tag: 'Granted' as const, attempt: 'a', dialTimeoutSec: 60, startWithinSec: 5 },
    ...{ leaseSec, granted: reading(), startByCs: grantedCs + 500, revision: 0n },
  }
  const dial: RunningDial = {
    clock: {
      read: () => {
        looks += 1
        return reading()
      },
    },
    dialer: {
      ...{ supervisor: nobody, session: nobody, isGone: () => false, dismiss: () => undefined },
      guardUntil: () => Promise.resolve(true),
      onGuardLost: () => undefined,
      go: () => Promise.resolve({ _tag: 'Launched' }),
      exit: new Promise(() => undefined),
      signal: (name) => name !== 'SIGCONT' && tell(name),
      outputEnded: () => Promise.resolve(),
    },
    ...{ granted, times: dialTimesOf(granted, false), mayBeTakenAsUp: false },
    report: ({ _tag }) => {
      tell(_tag)
      return Promise.resolve('durable')
    },
    isStopping: () => false,
    isRecordedUp: () => {
      tell('asked')
      return Promise.resolve(false)
    },
    patience: () => () => false,
    progress: noProgress(granted),
  }
  return {
    dial,
    told,
    looks: () => looks,
    /** The host is suspended: its uptime goes on, its timers do not. */
    suspended: (sec: number) => {
      sleptSec += sec
    },
    tellsOf: (what: string) => told.filter(([it]) => it === what),
  }
}

describe('the deadlines of a dial', () => {
  it('are kept at their moments: TERM before the dial timeout, KILL at it and on', async () => {
    const { dial, tellsOf, told } = dialOf()
    const stop = watchDeadlines(dial)
    await jest.advanceTimersByTimeAsync(60_500)
    stop()
    await jest.advanceTimersByTimeAsync(10_000)
    expect(told.filter(([what]) => what.startsWith('SIG'))).toEqual([
      ['SIGTERM', 55],
      ['SIGKILL', 60],
      ['SIGKILL', 60.2],
      ['SIGKILL', 60.4],
    ])
    // Whether it is up is asked when time runs out: each second, and at every tick at the end.
    expect(tellsOf('asked').map(([, at]) => at)).toEqual(expect.arrayContaining([50, 51, 54, 54.9]))
    expect(tellsOf('asked').length).toBeLessThan(20)
  })

  it('cost nothing while the link is up and no lease is to be kept', async () => {
    const { dial, told, looks } = dialOf()
    const stop = watchDeadlines(dial)
    dial.progress.up = 'durable'
    dial.progress.changed()
    const before = looks()
    await jest.advanceTimersByTimeAsync(3_600_000)
    expect(looks()).toBe(before)
    expect(told).toEqual([])
    endDialer(dial, 'ledger-closed', dial.clock.read().uptimeCs + 500)
    await jest.advanceTimersByTimeAsync(5_100)
    stop()
    expect(told).toEqual([
      ['SIGTERM', 3600],
      ['SIGKILL', 3605],
    ])
  })

  it('are kept within a second of a sleep in which they passed', async () => {
    const { dial, tellsOf, suspended } = dialOf()
    const stop = watchDeadlines(dial)
    await jest.advanceTimersByTimeAsync(10_500)
    suspended(100)
    await jest.advanceTimersByTimeAsync(1_000)
    stop()
    expect(tellsOf('SIGTERM')).toHaveLength(1)
  })

  it('have a lease renewed after each third of it', async () => {
    const { dial, tellsOf } = dialOf({ leaseSec: 30 })
    const stop = watchDeadlines(dial)
    dial.progress.up = 'durable'
    dial.progress.changed()
    await jest.advanceTimersByTimeAsync(45_000)
    stop()
    expect(tellsOf('LeaseRenewed').map(([, at]) => at)).toEqual([10, 20, 30, 40])
  })
})
