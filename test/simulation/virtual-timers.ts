import {
  isKilledAt,
  later,
  type Pending,
  type VirtualProcess,
  type VirtualTime,
} from './virtual-time'

type Timer = { event: Pending | null }

/** The real ones, before anything stands in for them. */
const real = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval }
const realRandom = Math.random

/**
 * Lets the timers of this process, its monotonic clock and its chance go by a virtual time, until
 * the function that it gives is called. Whoever sets a timer is the process that runs right now.
 */
export const takeOverTimers = (time: VirtualTime): (() => void) => {
  Object.assign(globalThis, virtualTimers(time))
  Object.assign(Math, { random: () => time.current?.random() ?? 0.5 })
  Object.defineProperty(performance, 'now', {
    configurable: true,
    value: () => time.nowMs - (time.current?.machine.stoodStillMs ?? 0),
  })
  return () => {
    Object.assign(globalThis, real)
    Object.assign(Math, { random: realRandom })
    Reflect.deleteProperty(performance, 'now')
  }
}

const virtualTimers = (time: VirtualTime) => {
  const cancel = (timer: Timer | undefined) => {
    if (timer?.event) timer.event.isCancelled = true
  }
  return {
    setTimeout: (run: () => void, ms = 0): Timer => ({ event: timeout(time, run, ms) }),
    setImmediate: (run: () => void): Timer => ({ event: later(time, time.current, 0, run) }),
    setInterval: (run: () => void, ms: number): Timer => interval(time, run, ms),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
  }
}

const lateness = (process: VirtualProcess | null): number =>
  process === null ? 0 : Math.floor(process.random() * process.lateMsMax)

const timeout = (time: VirtualTime, run: () => void, ms: number): Pending => {
  const process = time.current
  const at = process === null ? -1 : process.awaits++
  const isKilled = (when: 'before' | 'after') =>
    process !== null && isKilledAt(time, process, { name: 'a timer', when, at })
  isKilled('before')
  return later(time, process, ms + lateness(process), () => {
    if (!isKilled('after')) run()
  })
}

const interval = (time: VirtualTime, run: () => void, ms: number): Timer => {
  const process = time.current
  const timer: Timer = { event: null }
  const next = () => {
    timer.event = later(time, process, ms + lateness(process), () => {
      next()
      run()
    })
  }
  next()
  return timer
}
