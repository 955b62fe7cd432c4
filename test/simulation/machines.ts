import type { ClockReading } from '../../domain/time'
import type { OwnerProcess } from '../../domain/events'
import type { Clock } from '../../src/ports/clock'
import { epochMs } from '../support/event-builders'
import { seededRandom } from '../support/seeded-random'
import {
  delayMachine,
  endProcess,
  later,
  type VirtualProcess,
  type VirtualTime,
} from './virtual-time'

/** A kernel with its clocks. `rate`: how fast its uptime runs; `bootedMs`: true time of uptime 0. */
export type Machine = {
  readonly name: string
  readonly rate: number
  readonly wallRate: number
  readonly hasClockChip: boolean
  boots: number
  bootedMs: number
  wallOffsetMs: number
  suspendedUntilMs: number
  /** True time of the last resume; before it processes may be older than any clock of theirs says. */
  resumedMs: number
  /** Until when it was frozen last. */
  frozenUntilMs: number
  /** How long timers stood still. */
  stoodStillMs: number
  nextPid: number
  /** What all of this boot belongs to. */
  root: VirtualProcess
  readonly processes: Set<VirtualProcess>
}

/** Where a process runs: a machine, or a container on one that sees clocks and pids of its own. */
export type Host = {
  readonly name: string
  readonly machine: Machine
  readonly kind: 'kernel' | 'faked-uptime' | 'time-namespace'
  readonly pidNamespace: string
  readonly offsetCs: number
  /** Whether a restart of the container shows in the reading of its clock. */
  readonly tellsRestarts: boolean
  starts: number
  startedMs: number
}

/** How fast clocks run apart at most: 100 millionths. */
export const driftMax = 1e-4

/** A machine that has been up for an hour and then some. */
export const newMachine = (name: string, random: () => number, isHonest: boolean): Machine => {
  const drift = () => (random() * 2 - 1) * driftMax
  const machine: Omit<Machine, 'root'> = {
    name,
    rate: 1 + drift(),
    wallRate: isHonest ? 1 : 1 + drift(),
    hasClockChip: isHonest || random() < 0.7,
    boots: 1,
    bootedMs: -3_600_000 - Math.floor(random() * 3_600_000),
    wallOffsetMs: isHonest ? Math.floor(random() * 900) : Math.floor((random() - 0.5) * 180_000),
    suspendedUntilMs: 0,
    resumedMs: -Infinity,
    frozenUntilMs: -Infinity,
    stoodStillMs: 0,
    nextPid: 100,
    processes: new Set(),
  }
  return Object.assign(machine, { root: rootOf(() => machine) })
}

const rootOf = (machine: () => object): VirtualProcess => {
  const root: Omit<VirtualProcess, 'machine'> = {
    name: 'kernel',
    host: '',
    random: seededRandom(7),
    isAlive: true,
    isDone: false,
    awaits: 0,
    crash: null,
    lateMsMax: 0,
    onDeath: [],
  }
  return Object.defineProperty(root, 'machine', { get: machine }) as VirtualProcess
}

/** Uptime of a host as it reads it, in centiseconds. */
export const uptimeCsOf = ({ nowMs }: VirtualTime, host: Host): number => {
  const { machine } = host
  const fromMs = host.kind === 'faked-uptime' ? host.startedMs : machine.bootedMs
  return Math.floor(((nowMs - fromMs) * machine.rate) / 10) + host.offsetCs
}

/** Which clock of the world a host reads: what no reading tells for certain. */
export const clockOf = (host: Host): string =>
  host.kind === 'faked-uptime'
    ? `${host.name} ${host.machine.boots}.${host.starts}`
    : `${host.machine.name} ${host.machine.boots} ${host.offsetCs}`

/** The clock port of a process of a host: all but uptime and wall clock stays while it lives. */
export const virtualClock = (time: VirtualTime, host: Host): Clock => {
  const { machine } = host
  const ticks = host.tellsRestarts ? host.starts * 1000 : 1000
  const bootId = `${machine.name}-boot-${machine.boots}`
  const boottimeOffset = `${Math.floor(host.offsetCs / 100)} 0`
  const provider = host.kind === 'faked-uptime' ? `fuse.lxcfs 0:52 /proc/uptime ${ticks}` : 'kernel'
  return {
    read: (): ClockReading => {
      const wallMs = epochMs + time.nowMs * machine.wallRate + machine.wallOffsetMs
      return {
        bootId,
        boottimeOffset,
        provider,
        uptimeCs: uptimeCsOf(time, host),
        // Most readings are only compared with a deadline.
        get wall() {
          return new Date(Math.max(0, Math.floor(wallMs))).toISOString()
        },
      }
    },
  }
}

/** A new process of a host. */
export const spawnOn = (
  host: Host,
  process: Pick<VirtualProcess, 'name' | 'random' | 'crash' | 'lateMsMax'>,
): VirtualProcess => {
  const { machine } = host
  const alive = { host: host.name, isAlive: true, isDone: false, awaits: 0, onDeath: [] }
  const spawned: VirtualProcess = { ...process, machine, ...alive }
  machine.processes.add(spawned)
  spawned.onDeath.push(() => machine.processes.delete(spawned))
  return spawned
}

/** The next process id of a host, as grants name processes. */
export const nextPidOn = (time: VirtualTime, host: Host): OwnerProcess => ({
  pid: host.machine.nextPid++,
  startTicks: Math.floor((time.nowMs - host.machine.bootedMs) / 10),
  pidNamespace: host.pidNamespace,
})

/** Ends everything on a machine; it is up again after a while, with its uptime at 0. */
export const reboot = (time: VirtualTime, machine: Machine, downMs: number): void => {
  for (const process of [...machine.processes]) endProcess(process)
  endProcess(machine.root)
  machine.boots += 1
  machine.bootedMs = time.nowMs + downMs
  machine.suspendedUntilMs = machine.bootedMs
  machine.root = rootOf(() => machine)
  if (!machine.hasClockChip) machine.wallOffsetMs = -epochMs - machine.bootedMs
}

/** Ends everything in a container and starts it anew. */
export const restartContainer = (time: VirtualTime, host: Host): void => {
  for (const process of host.machine.processes) {
    if (process.host === host.name) endProcess(process)
  }
  host.starts += 1
  host.startedMs = time.nowMs
}

/**
 * Suspends a machine: its timers stand still and its uptime goes on. A machine that is frozen, as a
 * virtual one can be, counts no uptime meanwhile.
 */
export const suspend = (
  time: VirtualTime,
  machine: Machine,
  { forMs, isFrozen }: { readonly forMs: number; readonly isFrozen: boolean },
): void => {
  if (machine.suspendedUntilMs > time.nowMs) return
  machine.suspendedUntilMs = time.nowMs + forMs
  machine.resumedMs = time.nowMs + forMs
  delayMachine(time, machine, forMs)
  machine.stoodStillMs += forMs
  if (!isFrozen) return
  machine.bootedMs += forMs
  machine.frozenUntilMs = machine.resumedMs
}

/** Waits a while in a process, by the timers of its machine. */
export const pause = (time: VirtualTime, process: VirtualProcess, ms: number): Promise<void> =>
  new Promise((resolve) => {
    later(time, process, ms, resolve)
  })
