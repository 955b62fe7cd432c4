import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as library from '../../../src'
import { testLedger } from '../../../src/testing'
import { newFolder, removeFolders } from '../../support/gate-world'
import { programOn } from '../../support/open-interval'
import { tagged } from '../../support/tagged'

afterAll(removeFolders)

const quick = { openIntervalSec: 1, dialTimeoutSec: 1, minUpTimeSec: 0, reason: 'a quick test' }

const newLedger = async (policy: Partial<library.RetryPolicy> = {}) => {
  const path = join(newFolder(), 'ledger.db')
  tagged(await library.createLedger(path), 'Created')
  const ledger = tagged(await library.openLedger(path), 'Ledger')
  tagged(await ledger.policy.set(null, { ...quick, ...policy }), 'Policy')
  const typesOf = async (): Promise<string[]> =>
    (await programOn(path)('events', '--link', 'isp')).out
      .trim()
      .split('\n')
      .map((line): string => JSON.parse(line).type)
  return { path, ledger, typesOf }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

describe('a guarded call', () => {
  it('ends normally when it returns after up, and leaves the link idle', async () => {
    const { ledger, typesOf } = await newLedger()
    const result = await ledger.guard('ISP', async ({ up, attempt, link, revision }) => {
      expect(await up()).toEqual({ _tag: 'Up' })
      expect(await ledger.status('isp')).toMatchObject({ phase: 'connected', upBasis: 'record' })
      return { attempt, link, revision }
    })
    const { attempt, value } = tagged(result, 'Ended')
    expect(value).toEqual({ attempt, link: 'isp', revision: 0n })
    expect(result).toMatchObject({ wasUp: true, recorded: 'durable' })
    expect(await ledger.status('isp')).toMatchObject({ phase: 'idle' })
    tagged(await ledger.close(), 'Closed')
    expect(await typesOf()).toEqual([
      'DialAttempted',
      'DialStarted',
      'AssociationOpened',
      'AssociationEnded',
    ])
  })

  it('is a failed open when it returns without up', async () => {
    const { ledger } = await newLedger()
    expect(await ledger.guard('isp', () => 7)).toMatchObject({
      _tag: 'NeverUp',
      value: 7,
      wasUp: false,
      recorded: 'durable',
    })
    expect(await ledger.status('isp')).toMatchObject({
      phase: 'waiting',
      lastFailure: { type: 'ConnectionOpenFailed', origin: 'library' },
    })
    tagged(await ledger.close(), 'Closed')
  })

  it('is a failure with what it threw, by its code', async () => {
    const { ledger } = await newLedger()
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', errno: -111 })
    const result = await ledger.guard('isp', () => {
      throw refused
    })
    expect(tagged(result, 'Failed')).toMatchObject({ reason: 'threw', cause: refused })
    expect(await ledger.status('isp')).toMatchObject({
      lastFailure: { origin: 'library:ECONNREFUSED', code: -111 },
    })
    tagged(await ledger.guard('isp', () => 1), 'Refused')
    tagged(await ledger.close(), 'Closed')
  })

  it('has ended abnormally when it throws after up', async () => {
    const { ledger } = await newLedger()
    const result = await ledger.guard('isp', async ({ up }) => {
      await up()
      throw new Error('dropped')
    })
    expect(tagged(result, 'Failed')).toMatchObject({ wasUp: true, recorded: 'durable' })
    expect(await ledger.status('isp')).toMatchObject({
      phase: 'waiting',
      lastFailure: { type: 'AssociationEnded' },
    })
    tagged(await ledger.close(), 'Closed')
  })

  it('waits for the shorter wait of a dial that never started, when it says so', async () => {
    const { ledger, typesOf } = await newLedger()
    const result = await ledger.guard('isp', () => {
      throw library.noDialTookPlace('no modem', 633)
    })
    expect(result).toMatchObject({ _tag: 'DialNotStarted', why: 'no modem', isVoid: false })
    tagged(await ledger.close(), 'Closed')
    expect(await typesOf()).toEqual(['DialAttempted', 'DialStarted', 'DialNotStarted'])
  })

  it('aborts at the dial timeout unless it is up by then', async () => {
    const { ledger } = await newLedger()
    const result = await ledger.guard('isp', async ({ signal, up }) => {
      await untilAborted(signal)
      expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'isp: dial-timeout' })
      expect(await up()).toMatchObject({ _tag: 'NotUp' })
      return 'too late'
    })
    expect(tagged(result, 'Failed')).toMatchObject({ reason: 'dial-timeout', wasUp: false })
    expect(await ledger.status('isp')).toMatchObject({ lastFailure: { origin: 'timeout' } })
    tagged(await ledger.close(), 'Closed')
  })

  it('runs on beyond the dial timeout once it is up', async () => {
    const { ledger } = await newLedger()
    const result = await ledger.guard('isp', async ({ signal, up }) => {
      await up()
      await sleep(1500)
      return signal.aborted
    })
    expect(tagged(result, 'Ended').value).toBe(false)
    tagged(await ledger.close(), 'Closed')
  })

  it('is up when a hook says so, even if the call does not', async () => {
    const { path, ledger } = await newLedger({ dialTimeoutSec: 4 })
    const result = await ledger.guard('isp', async ({ attempt, signal }) => {
      await programOn(path)('record', 'isp', 'up', '--attempt', attempt)
      await sleep(4500)
      return signal.aborted
    })
    expect(tagged(result, 'Ended')).toMatchObject({ value: false, wasUp: true })
    tagged(await ledger.close(), 'Closed')
  })

  it('is not forgotten when it ignores the abort: the link stays closed until it ends', async () => {
    const { path, ledger } = await newLedger()
    let end = (): void => undefined
    const running = new Promise<void>((resolve) => {
      end = resolve
    })
    const result = tagged(await ledger.guard('isp', () => running), 'StillRunning')
    expect(result.reason).toBe('dial-timeout')
    await sleep(1200)
    expect(await ledger.status('isp')).toMatchObject({ phase: 'dialing', mayDial: false })
    expect(tagged(await ledger.guard('isp', () => 1), 'Refused').deniedBy).toMatchObject([
      { rule: 'dialing' },
    ])
    const { code, json } = await programOn(path)('grant', 'isp', '--json')
    expect([code, json().deniedBy[0].rule]).toEqual([75, 'dialing'])
    expect(tagged(await ledger.close(), 'AttemptsOpen').attempts).toMatchObject([
      { attempt: result.attempt, isGuarded: true },
    ])
    end()
    expect(await result.ended).toMatchObject({ _tag: 'Failed', recorded: 'durable' })
    tagged(await ledger.close(), 'Closed')
  })

  it('keeps every other dial out, of this process and of others', async () => {
    const { path, ledger } = await newLedger()
    const other = tagged(await library.openLedger(path), 'Ledger')
    const result = await ledger.guard('isp', async ({ up }) => {
      expect(await other.guard('isp', () => 1)).toMatchObject({ deniedBy: [{ rule: 'dialing' }] })
      await up()
      expect(await other.guard('isp', () => 1)).toMatchObject({ deniedBy: [{ rule: 'connected' }] })
      tagged(await other.requestDial('isp'), 'Refused')
      tagged(await ledger.release('isp', { reason: 'a mistake' }), 'Done')
      await sleep(1100)
      expect(await other.guard('isp', () => 1)).toMatchObject({ deniedBy: [{ rule: 'lock-held' }] })
      expect(await other.requestDial('isp')).toMatchObject({ deniedBy: [{ rule: 'lock-held' }] })
      expect(await ledger.requestDial('isp')).toMatchObject({ deniedBy: [{ rule: 'lock-held' }] })
      const { json } = await programOn(path)('grant', 'isp', '--json')
      expect(json().deniedBy).toMatchObject([{ rule: 'lock-held' }])
    })
    tagged(result, 'Ended')
    await other.close()
    await ledger.close()
  })
})

describe('guard with wait', () => {
  it('sleeps until the window is over', async () => {
    const { ledger } = await newLedger()
    await ledger.guard('isp', () => 1)
    const told: string[] = []
    const result = await ledger.guard('isp', async ({ up }) => (await up())._tag, {
      maxWaitSec: 30,
      onRefused: ({ deniedBy }) => told.push(deniedBy.map(({ rule }) => rule).join()),
    })
    tagged(result, 'Ended')
    expect(told).toEqual(['open-interval'])
    const audit = tagged(await ledger.audit(), 'Audited')
    expect(audit.totals).toMatchObject({ dials: 2, kept: 2, broken: 0 })
    await ledger.close()
  })

  it('wakes when somebody else waives the window', async () => {
    const { path, ledger } = await newLedger({ openIntervalSec: 600 })
    await ledger.guard('isp', () => 1)
    const guarded = ledger.guard('isp', () => 2, { wait: true })
    await programOn(path)('waive', 'isp', '--reason', 'new cable')
    expect(tagged(await guarded, 'NeverUp').value).toBe(2)
    await ledger.close()
  })

  it('gives the refusal when its time is over, when it is aborted, and when the ledger closes', async () => {
    const { ledger } = await newLedger({ openIntervalSec: 600 })
    await ledger.guard('isp', () => 1)
    tagged(await ledger.guard('isp', () => 2, { maxWaitSec: 0.2 }), 'Refused')
    const abort = new AbortController()
    const guarded = ledger.guard('isp', () => 2, { wait: true, signal: abort.signal })
    abort.abort()
    tagged(await guarded, 'Refused')
    tagged(await ledger.guard('isp', () => 2, { signal: abort.signal }), 'NotAsked')
    const waiting = ledger.guard('isp', () => 2, { wait: true })
    tagged(await ledger.close(), 'Closed')
    tagged(await waiting, 'Refused')
  })
})

/** Turns that a grant takes at most. */
const momentsMax = 2_000

describe('a call that is let go while the ledger begins to close', () => {
  it('is told as open, whatever the moment, and never ended unasked', async () => {
    let [isToldOpen, isBegun] = [false, false]
    for (let turns = 0; turns < momentsMax && !isBegun; turns += 1) {
      const { ledger } = await testLedger()
      const call = { isLetGo: false }
      const guarded = ledger.guard('isp', ({ signal }) => {
        call.isLetGo = true
        return signal.aborted ? undefined : untilAborted(signal)
      })
      for (let turn = 0; turn < turns && !call.isLetGo; turn += 1) await Promise.resolve()
      isBegun = call.isLetGo
      const closed = await ledger.close()
      if (closed._tag === 'AttemptsOpen') {
        isToldOpen ||= !isBegun
        tagged(await ledger.close({ settle: 'failed' }), 'Closed')
      } else expect(call.isLetGo).toBe(false)
      await guarded
    }
    expect([isToldOpen, isBegun]).toEqual([true, true])
  })
})

describe('guard with a policy', () => {
  const changed = 'RetryPolicyChanged'

  it('sets what differs, once', async () => {
    const { path, ledger } = await newLedger()
    const policy = { openIntervalSec: 2, reason: 'terms of the provider', by: 'ann' }
    await ledger.guard('isp', () => 1, { policy })
    tagged(await ledger.guard('isp', () => 1, { policy }), 'Refused')
    await ledger.close()
    const { out } = await programOn(path)('events', '--link', 'isp')
    const events = out.trim().split('\n')
    const changes = events.map((line) => JSON.parse(line)).filter(({ type }) => type === changed)
    expect(changes).toMatchObject([
      { data: { set: { openIntervalSec: 2 }, reason: policy.reason }, metadata: { actor: 'ann' } },
    ])
  })

  it('dials nothing under a policy that is none', async () => {
    const { ledger } = await newLedger()
    const policy = { openIntervalSec: -1, reason: 'x' }
    tagged(await ledger.guard('isp', () => 1, { policy }), 'InvalidPolicy')
    await ledger.close()
  })
})

describe('a guarded call that is asked to end', () => {
  it('has ended normally after up', async () => {
    const { ledger } = await newLedger()
    const abort = new AbortController()
    const result = await ledger.guard(
      'isp',
      async ({ signal, up }) => {
        await up()
        abort.abort()
        signal.throwIfAborted()
      },
      { signal: abort.signal },
    )
    expect(result).toMatchObject({ _tag: 'Stopped', wasUp: true, recorded: 'durable' })
    expect(await ledger.status('isp')).toMatchObject({ phase: 'idle' })
    await ledger.close()
  })

  it.each([
    ['down', 'Stopped', 'idle'],
    ['failed', 'Failed', 'waiting'],
  ] as const)('is settled as %s by the closing ledger', async (settle, tag, phase) => {
    const { path, ledger } = await newLedger({ openIntervalSec: 60 })
    let isUp = (): void => undefined
    const up = new Promise<void>((resolve) => {
      isUp = resolve
    })
    const guarded = ledger.guard('isp', async (dial) => {
      await dial.up()
      isUp()
      await untilAborted(dial.signal)
    })
    await up
    tagged(await ledger.close(), 'AttemptsOpen')
    tagged(await ledger.close({ settle }), 'Closed')
    expect((await guarded)._tag).toBe(tag)
    const { json } = await programOn(path)('status', 'isp', '--json')
    expect(json().links[0].phase).toBe(phase)
  })
})
