import * as E from 'fp-ts/Either'
import { EventEmitter } from 'node:events'
import type { Denial } from '../../../domain/events'
import { askForGrant, type Ask } from '../../../src/application/ask-for-grant'
import type { GateError, Refused } from '../../../src/application/gate'
import { listenForStop } from '../../../src/application/stop'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

type Grant = { readonly _tag: 'Granted' }
type Answer = E.Either<GateError, Grant | Refused>

const granted: Answer = E.right({ _tag: 'Granted' })

const refused = (rule: Denial['rule'], retryAfterSec: number | null): Answer =>
  E.right({
    _tag: 'Refused',
    deniedBy: [{ rule, notBefore: null }],
    notBefore: null,
    retryAfterSec,
    lastFailure: null,
    judgement: null,
  })

/** A question that gets these answers, the last one again and again. */
const asking = (answers: ReadonlyArray<Answer>, waitsUntilCs: number | null) => {
  const startMs = Date.now()
  const signals = new EventEmitter()
  const uptimeSec = () => (Date.now() - startMs) / 1_000
  const world = { askedAtSec: [] as number[], told: [] as string[], wake: (): void => undefined }
  const ask: Ask<Grant> = {
    request: () => {
      world.askedAtSec.push(Math.floor(uptimeSec()))
      return Promise.resolve(answers[world.askedAtSec.length - 1] ?? answers.at(-1) ?? granted)
    },
    clock: {
      read: () => ({
        bootId: 'boot',
        boottimeOffset: '0 0',
        provider: 'kernel',
        uptimeCs: Math.floor(uptimeSec() * 100),
        wall: new Date().toISOString(),
      }),
    },
    waitsUntilCs,
    changes: (wake) => {
      world.wake = wake
      return () => {
        world.wake = () => undefined
      }
    },
    stop: listenForStop(signals),
    onRefused: ({ deniedBy }) => world.told.push(deniedBy.map(({ rule }) => rule).join()),
  }
  let answer: Answer | undefined
  void askForGrant(ask).then((given) => (answer = given))
  return { world, signals, answer: () => answer }
}

const forEver = Infinity

describe('asking for a grant', () => {
  it('gives a refusal back at once when it is not to be waited out', async () => {
    const { world, answer } = asking([refused('open-interval', 600)], null)
    await jest.advanceTimersByTimeAsync(0)
    expect(answer()).toEqual(refused('open-interval', 600))
    expect(world.told).toEqual([])
  })

  it('waits the refusal out, then asks again', async () => {
    const { world, answer } = asking([refused('open-interval', 600), granted], forEver)
    await jest.advanceTimersByTimeAsync(599_000)
    expect(answer()).toBeUndefined()
    await jest.advanceTimersByTimeAsync(2_000)
    expect(answer()).toEqual(granted)
    expect(world.askedAtSec).toEqual([0, 600])
  })

  it('asks again soon after the ledger has changed: a waive must not be slept through', async () => {
    const { world, answer } = asking([refused('open-interval', 600), granted], forEver)
    await jest.advanceTimersByTimeAsync(10_000)
    world.wake()
    await jest.advanceTimersByTimeAsync(1_100)
    expect(answer()).toEqual(granted)
  })

  it('asks once a minute where time alone allows nothing, and for a lock every two seconds', async () => {
    const held = asking([refused('held', null)], forEver)
    const locked = asking([refused('lock-held', null)], forEver)
    await jest.advanceTimersByTimeAsync(121_000)
    expect(held.world.askedAtSec).toEqual([0, 60, 120])
    expect(locked.world.askedAtSec.length).toBe(61)
  })

  it('gives up when the time that it may wait is over', async () => {
    const { world, answer } = asking([refused('open-interval', 600)], 3_000)
    await jest.advanceTimersByTimeAsync(31_000)
    expect(answer()).toEqual(refused('open-interval', 600))
    expect(world.askedAtSec).toEqual([0, 30])
  })

  it('stops waiting at a signal, and asks no more', async () => {
    const { world, signals, answer } = asking([refused('open-interval', 600)], forEver)
    await jest.advanceTimersByTimeAsync(10_000)
    signals.emit('SIGTERM', 'SIGTERM')
    await jest.advanceTimersByTimeAsync(0)
    expect(answer()).toEqual(refused('open-interval', 600))
    expect(world.askedAtSec).toEqual([0])
  })

  it('tells a refusal once, and again when its rules are others', async () => {
    const interval = refused('open-interval', 1)
    const { world } = asking([interval, interval, refused('held', null), granted], forEver)
    await jest.advanceTimersByTimeAsync(180_000)
    expect(world.told).toEqual(['open-interval', 'held'])
  })

  it('gives an error back at once', async () => {
    const error: Answer = E.left({ _tag: 'LedgerUnavailable', why: 'the disk is gone' })
    const { answer } = asking([error, granted], forEver)
    await jest.advanceTimersByTimeAsync(0)
    expect(answer()).toEqual(error)
  })
})
