import type { ClockReading } from '../domain/time'
import type { Clock } from './ports/clock'

/** A clock that stands still until a test moves it. */
export type TestClock = Clock & {
  /**
   * Lets so many seconds pass, and a hundredth: what waits so long is over then, because ages are
   * proven to a tick. Whoever sleeps by this clock looks at once.
   */
  readonly advance: (sec: number) => void
  /** Steps the wall clock alone, as people and time servers do; less than 0: back. */
  readonly stepWall: (sec: number) => void
}

/** A test's clock with what only a test ledger does to it. */
export type RebootableClock = TestClock & {
  /** Uptime begins anew; so many seconds passed meanwhile, which nothing proves. */
  readonly reboot: (offSec: number) => void
}

const tickCs = 1

/** A clock that shows this time, an hour after its machine was started. */
export const testClock = (startAt: string): RebootableClock => {
  let [boot, uptimeCs, wallMs] = [1, 360_000, Date.parse(startAt)]
  const sleepers = new Set<() => void>()
  const wakeAll = () => {
    for (const wake of [...sleepers]) wake()
  }
  const pass = (cs: number) => {
    uptimeCs += cs
    wallMs += cs * 10
  }
  return {
    read: (): ClockReading => ({
      ...{ bootId: `test-boot-${boot}`, boottimeOffset: '0 0', provider: 'kernel', uptimeCs },
      wall: new Date(wallMs).toISOString(),
    }),
    moved: (wake) => {
      sleepers.add(wake)
      return () => {
        sleepers.delete(wake)
      }
    },
    advance: (sec) => {
      pass(Math.round(sec * 100) + tickCs)
      wakeAll()
    },
    stepWall: (sec) => {
      wallMs += sec * 1000
    },
    reboot: (offSec) => {
      boot += 1
      pass(offSec * 100)
      uptimeCs = bootedCs
      wakeAll()
    },
  }
}

/** Uptime when the first program runs after a start. */
const bootedCs = 1_000
