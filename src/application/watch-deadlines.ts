import { csOfSec } from '../../domain/time'
import { guardEarlyCs } from './dial-times'
import {
  deadlinesOf,
  keepDeadlines,
  lookWhetherUp,
  renewLease,
  type RunningDial,
} from './running-dial'

/** How often it is looked while every moment counts. */
const tickCs = 5

/** How often KILL is repeated: processes may be started while others are being ended. */
const killEveryCs = 20

/** Timers stand still while the host is suspended, uptime does not: so it is looked this often. */
const timerMsMax = 1_000

/** The longest that a timer can run: it keeps the process alive while nothing is due. */
const idleMs = 2 ** 31 - 1

/** Keeps the deadlines of a dial by uptime, until the function it gives is called. */
export const watchDeadlines = (dial: RunningDial): (() => void) => {
  const { clock, progress } = dial
  let timer: NodeJS.Timeout | undefined
  const sleep = (): void => {
    clearTimeout(timer)
    const nowCs = clock.read().uptimeCs
    timer = setTimeout(look, timerMsOf(dueCsOf(dial, nowCs), nowCs))
  }
  const look = (): void => {
    act(dial, clock.read().uptimeCs)
    sleep()
  }
  const stopMoved = clock.moved?.(look)
  progress.changed = sleep
  sleep()
  return () => {
    progress.changed = () => undefined
    clearTimeout(timer)
    stopMoved?.()
  }
}

const timerMsOf = (dueCs: number, nowCs: number): number => {
  if (dueCs === Infinity) return idleMs
  return Math.min(Math.max(0, dueCs - nowCs) * 10, timerMsMax)
}

/** When something is to be done next, if nothing happens before; never at once again. */
const dueCsOf = (dial: RunningDial, nowCs: number): number => {
  const { ending } = dial.progress
  const dueCs =
    ending === null
      ? Math.min(termCsOf(dial), lookCsOf(dial), renewalCsOf(dial))
      : ending.nextKillCs
  return Math.max(dueCs, nowCs + 1)
}

const act = (dial: RunningDial, nowCs: number): void => {
  const { ending } = dial.progress
  if (ending !== null) {
    if (nowCs < ending.nextKillCs) return
    ending.nextKillCs = nowCs + killEveryCs
    dial.dialer.signal('SIGKILL')
    return
  }
  if (deadlinesOf(dial) === null) return
  keepDeadlines(dial)
  if (dial.progress.ending !== null) return
  if (nowCs >= lookCsOf(dial)) void lookWhetherUp(dial)
  if (nowCs >= renewalCsOf(dial)) void renewLease(dial)
}

const termCsOf = (dial: RunningDial): number => deadlinesOf(dial)?.termCs ?? Infinity

/** How often it is asked whether a dialer is up, while it may still be saved (R5). */
const lookEveryCs = 100

/** From when on it is asked at every tick: shortly before the guard sends TERM. */
const lastLooksCs = guardEarlyCs + 20

/** When it is to be asked next whether the dialer is up. */
const lookCsOf = ({ times, progress }: RunningDial): number => {
  const { up, lookedCs } = progress
  if (up === 'durable') return Infinity
  if (lookedCs === null) return times.lookCs
  const lastCs = Math.max(times.termCs - lastLooksCs, lookedCs + tickCs)
  return Math.min(lookedCs + lookEveryCs, lastCs)
}

const renewalCsOf = ({ granted, progress }: RunningDial): number =>
  granted.leaseSec === null || progress.renewing
    ? Infinity
    : progress.renewedCs + Math.floor(csOfSec(granted.leaseSec) / 3)
