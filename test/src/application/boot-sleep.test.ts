import { sleepUntil } from '../../../src/application/boot-sleep'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

/** A boot clock that runs with the timers, and on through a suspension, in which they stand still. */
const bootClock = () => {
  const startMs = Date.now()
  const world = { suspendedMs: 0, reads: 0 }
  const read = () => {
    world.reads += 1
    return {
      bootId: 'boot',
      boottimeOffset: '0 0',
      provider: 'kernel',
      uptimeCs: Math.floor((Date.now() - startMs + world.suspendedMs) / 10),
      wall: new Date().toISOString(),
    }
  }
  return { world, clock: { read } }
}

const sleeping = (
  untilCs: number,
  wakes: ReadonlyArray<Promise<unknown>> = [new Promise(() => undefined)],
) => {
  const { world, clock } = bootClock()
  let isOver = false
  const slept = sleepUntil({ clock, untilCs, wakes }).then(() => {
    isOver = true
  })
  return { world, slept, isOver: () => isOver }
}

describe('sleeping on the boot clock', () => {
  it('ends when the uptime is reached, and not before', async () => {
    const { isOver } = sleeping(60_000)
    await jest.advanceTimersByTimeAsync(599_990)
    expect(isOver()).toBe(false)
    await jest.advanceTimersByTimeAsync(1_000)
    expect(isOver()).toBe(true)
  })

  it('counts a night in suspension, which no timer sees', async () => {
    const { world, isOver } = sleeping(2_880_000)
    await jest.advanceTimersByTimeAsync(1_000)
    world.suspendedMs = 8 * 3_600_000
    await jest.advanceTimersByTimeAsync(5_000)
    expect(isOver()).toBe(true)
  })

  it('does not sleep when the time has come already', async () => {
    const { slept, isOver } = sleeping(0)
    await slept
    expect(isOver()).toBe(true)
  })

  it('is ended by whatever wakes it, and leaves no timer behind', async () => {
    let wake = (): void => undefined
    const news = new Promise<void>((resolve) => (wake = resolve))
    const { slept } = sleeping(60_000, [new Promise(() => undefined), news])
    await jest.advanceTimersByTimeAsync(1_000)
    wake()
    await slept
    expect(jest.getTimerCount()).toBe(0)
  })

  it('does not spin while it waits', async () => {
    const { world } = sleeping(60_000)
    await jest.advanceTimersByTimeAsync(500_000)
    expect(world.reads).toBeLessThan(200)
  })
})
