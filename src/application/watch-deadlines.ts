import { csOfSec } from '../../domain/time'
import { guardEarlyCs } from './dial-times'
import {
  deadlinesOf,
  keepDeadlines,
  lookWhetherUp,
  renewLease,
  type RunningDial,
} from './running-dial'

/** How often the clock is read while a deadline holds; the guard does the same by itself. */
const tickMs = 50

/** How often KILL is repeated: processes may be started while others are being ended. */
const killEveryCs = 20

/** Keeps the deadlines of a dial by uptime, until the function it gives is called. */
export const watchDeadlines = (dial: RunningDial): (() => void) => {
  const look = () => act(dial, dial.clock.read().uptimeCs)
  const timer = setInterval(look, tickMs)
  const stopMoved = dial.clock.moved?.(look)
  return () => {
    clearInterval(timer)
    stopMoved?.()
  }
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
  if (isLookDue(dial, nowCs)) void lookWhetherUp(dial)
  if (isRenewalDue(dial, nowCs)) void renewLease(dial)
}

/** How often it is asked whether a dialer is up, while it may still be saved (R5). */
const lookEveryCs = 100

/** From when on it is asked at every tick: shortly before the guard sends TERM. */
const lastLooksCs = guardEarlyCs + 20

const isLookDue = ({ times, progress }: RunningDial, nowCs: number): boolean => {
  const { up, lookedCs } = progress
  if (up === 'durable' || nowCs < times.lookCs) return false
  const isLast = nowCs >= times.termCs - lastLooksCs
  return isLast || lookedCs === null || nowCs >= lookedCs + lookEveryCs
}

const isRenewalDue = ({ granted, progress }: RunningDial, nowCs: number): boolean =>
  granted.leaseSec !== null &&
  !progress.renewing &&
  nowCs >= progress.renewedCs + Math.floor(csOfSec(granted.leaseSec) / 3)
