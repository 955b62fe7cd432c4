import * as E from 'fp-ts/Either'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { memoryLinkLocks } from '../../../src/adapters/memory/memory-link-locks'
import type { Gate } from '../../../src/application/gate'
import { guardCall, type GuardCall, type GuardParts } from '../../../src/application/guard-call'
import { linkGate } from '../../../src/application/link-gate'
import { stopOnAbort } from '../../../src/application/stop-on-abort'
import { testClock } from '../../../src/test-clock'
import { rightOf } from '../../support/event-store-contract'
import { livenessThatJudges, partsOn, typesOf } from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { tagged } from '../../support/tagged'

/** A gate after whose first grant this long passes before anybody learns of it, as in a suspension. */
const sleepyGate = (gate: Gate, sleep: () => void): Gate => {
  let hasSlept = false
  return {
    ...gate,
    request: (request) => async () => {
      const answer = await gate.request(request)()
      if (E.isRight(answer) && answer.right._tag === 'Granted' && !hasSlept) {
        hasSlept = true
        sleep()
      }
      return answer
    },
  }
}

const world = (sleepSec: number) => {
  const clock = testClock('2026-01-01T00:00:00.000Z')
  const store = memoryEventStore()
  const parts = partsOn(store, clock)
  const locks = memoryLinkLocks()
  const gate = sleepyGate(linkGate(parts, livenessThatJudges('alive')), () => {
    clock.advance(sleepSec)
  })
  const abort = new AbortController()
  const given: GuardParts = {
    ...{ gate, clock, locks: locks.of(1), say: () => undefined, changes: store.changes },
    thisProcess: () => ({ pid: 1, startTicks: 1, pidNamespace: 'pid:[1]' }),
    isRecordedUp: () => Promise.resolve(false),
    isClosed: () => false,
  }
  let calls = 0
  const call: GuardCall<number> = {
    ...{ link: linkId('isp'), wait: null, stop: stopOnAbort(abort.signal) },
    onRefused: () => undefined,
    onCall: () => undefined,
    run: async ({ up }) => {
      await up()
      return (calls += 1)
    },
  }
  return { clock, store, locks, given, call, abort, calls: () => calls }
}

describe('a grant', () => {
  it('is used up to its last hundredth', async () => {
    const { given, call, calls } = world(4.99)
    tagged(await rightOf(() => guardCall(given, call)), 'Ended')
    expect(calls()).toBe(1)
  })

  it('is void when the host slept past its start, and becomes no dial (R1)', async () => {
    const { given, call, calls, store, locks } = world(5)
    const result = await rightOf(() => guardCall(given, call))
    expect(result).toMatchObject({ _tag: 'DialNotStarted', isVoid: true, recorded: 'durable' })
    expect(calls()).toBe(0)
    expect(await typesOf(store)).toEqual(['DialAttempted', 'DialNotStarted'])
    expect(locks.isHeld(call.link)).toBe(false)
  })

  it('that was void is asked for again by who waits', async () => {
    const { given, call, calls, clock, store } = world(5)
    const refused = jest.fn(() => {
      setImmediate(() => clock.advance(15))
    })
    const waiting = { ...call, wait: { maxSec: null }, onRefused: refused }
    tagged(await rightOf(() => guardCall(given, waiting)), 'Ended')
    expect(refused).toHaveBeenCalledTimes(1)
    expect(calls()).toBe(1)
    expect(await typesOf(store)).toContain('DialNotStarted')
  })

  it('that came with the request to stop becomes no dial', async () => {
    const { given, call, calls, abort } = world(0)
    const stopping = { ...given, locks: { take: given.locks.take } }
    abort.abort()
    const result = await rightOf(() => guardCall(stopping, call))
    expect(result).toMatchObject({ _tag: 'DialNotStarted', why: 'requested', isVoid: false })
    expect(calls()).toBe(0)
  })

  it('is not asked for by a process that cannot name itself', async () => {
    const { given, call } = world(0)
    const result = await guardCall({ ...given, thisProcess: () => null }, call)
    expect(result).toMatchObject({ left: { _tag: 'CannotPrepare' } })
  })

  it('is refused while the lock is held, and gives no lock back that it did not take', async () => {
    const { given, call, locks } = world(0)
    await locks.of(2).take(call.link)
    const result = await rightOf(() => guardCall(given, call))
    expect(result).toMatchObject({ _tag: 'Refused', deniedBy: [{ rule: 'lock-held' }] })
    expect(locks.isHeld(call.link)).toBe(true)
  })
})
