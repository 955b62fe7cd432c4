import type { Machine } from './machines'

/** When a process is to be killed: at its n-th await, before it takes effect or after it did. */
export type Crash = { readonly at: number; readonly when: 'before' | 'after' }

/** A process of a simulated host. Once it is dead nothing of it goes on, whatever it waits for. */
export type VirtualProcess = {
  readonly name: string
  readonly host: string
  readonly machine: Machine
  readonly random: () => number
  isAlive: boolean
  /** It came to its end by itself. */
  isDone: boolean
  awaits: number
  crash: Crash | null
  /** How much later than they should its timers fire, at most, in milliseconds. */
  readonly lateMsMax: number
  readonly onDeath: Array<() => void>
}

/** Something that is going to happen; without a process it happens whoever is dead. */
export type Pending = {
  dueMs: number
  readonly order: number
  readonly process: VirtualProcess | null
  readonly run: () => void
  isCancelled: boolean
}

/** The true time, in milliseconds, and what lies ahead, soonest first. */
export type VirtualTime = {
  nowMs: number
  current: VirtualProcess | null
  order: number
  turns: number
  readonly pending: Pending[]
  /** Told of every await that a process was killed at. */
  readonly onCrash: (at: string) => void
}

/** Time 0, with nothing ahead. */
export const newVirtualTime = (onCrash: (at: string) => void): VirtualTime => ({
  nowMs: 0,
  current: null,
  order: 0,
  turns: 0,
  pending: [],
  onCrash,
})

/** Lets something happen after a delay; what belongs to a suspended machine waits for its resume. */
export const later = (
  time: VirtualTime,
  process: VirtualProcess | null,
  delayMs: number,
  run: () => void,
): Pending => {
  const fromMs = Math.max(time.nowMs, process?.machine.suspendedUntilMs ?? 0)
  const dueMs = fromMs + Math.max(0, delayMs)
  const event: Pending = { dueMs, order: time.order++, process, run, isCancelled: false }
  insert(time, event)
  return event
}

const insert = ({ pending }: VirtualTime, event: Pending): void => {
  let [low, high] = [0, pending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pending[middle]!.dueMs <= event.dueMs) low = middle + 1
    else high = middle
  }
  pending.splice(low, 0, event)
}

/** Stops the clocks that timers go by on a machine: whatever is ahead of it comes later. */
export const delayMachine = (time: VirtualTime, machine: Machine, byMs: number): void => {
  const [its, others] = [
    time.pending.filter(({ process }) => process?.machine === machine),
    time.pending.filter(({ process }) => process?.machine !== machine),
  ]
  time.pending.splice(0, time.pending.length, ...others)
  for (const event of its) {
    event.dueMs += byMs
    insert(time, event)
  }
}

const turnOfTheRealLoop = setImmediate

/** Resolves once no promise can be settled without something happening. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    turnOfTheRealLoop(resolve)
  })

/** More turns than any run takes: a loop that never waits would go on for ever. */
const turnsMax = 400_000

/** Lets everything happen until a time, one thing after the other; `afterEach` sees each of them. */
export const runUntil = async (
  time: VirtualTime,
  untilMs: number,
  afterEach: () => void,
): Promise<void> => {
  for (;;) {
    const next = time.pending[0]
    if (next === undefined || next.dueMs > untilMs) break
    time.pending.shift()
    if (next.isCancelled || next.process?.isAlive === false) continue
    time.turns += 1
    if (time.turns > turnsMax) throw new Error('the simulation does not come to rest')
    time.nowMs = Math.max(time.nowMs, next.dueMs)
    time.current = next.process
    next.run()
    await settled()
    time.current = null
    afterEach()
  }
  time.nowMs = Math.max(time.nowMs, untilMs)
}

/** Ends a process at once, as SIGKILL does. */
export const endProcess = (process: VirtualProcess): void => {
  if (!process.isAlive) return
  process.isAlive = false
  process.onDeath.splice(0).forEach((tell) => tell())
}

/** Whether a process is killed at this await. Counts the await when it begins. */
export const isKilledAt = (
  time: VirtualTime,
  process: VirtualProcess,
  { name, when, at }: { readonly name: string; readonly when: Crash['when']; readonly at: number },
): boolean => {
  if (process.crash?.at !== at || process.crash.when !== when) return false
  time.onCrash(`crash ${when} ${name}`)
  endProcess(process)
  return true
}

/** Something that a process waits for. */
export type Awaited<A> = {
  readonly name: string
  /** Until it takes effect, and from then until the answer is there. */
  readonly thereMs: number
  readonly backMs: number
  /** Whether it takes effect elsewhere, even if the process is killed before it does. */
  readonly isRemote: boolean
  readonly perform: (answer: (value: A) => void) => void
}

/** A promise of an answer that a dead process never gets. */
export const awaitAnswer = <A>(
  time: VirtualTime,
  process: VirtualProcess,
  awaited: Awaited<A>,
): Promise<A> =>
  new Promise((resolve) => {
    if (!process.isAlive) return
    const at = process.awaits++
    const { name, thereMs, backMs, isRemote, perform } = awaited
    if (isKilledAt(time, process, { name, when: 'before', at })) return
    later(time, isRemote ? null : process, thereMs, () =>
      perform((value) => {
        later(time, process, backMs, () => {
          if (!isKilledAt(time, process, { name, when: 'after', at })) resolve(value)
        })
      }),
    )
  })
