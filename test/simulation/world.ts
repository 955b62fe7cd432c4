import type { LinkId } from '../../domain/link-id'
import { foldStream } from '../../src/application/fold-stream'
import { liveViews } from '../../src/application/live-views'
import type { LedgerParts } from '../../src/application/ledger-parts'
import type { ClockReading } from '../../domain/time'
import type { Clock } from '../../src/ports/clock'
import { uuidOf } from '../support/event-builders'
import { drawOf } from '../support/ledger-world'
import { linkId } from '../support/link-id'
import { memorySnapshotStore } from '../support/memory-snapshot-store'
import { seededRandom } from '../support/seeded-random'
import { clockOf, newMachine, spawnOn, virtualClock, type Host, type Machine } from './machines'
import { newSharedStore, storeOf, type SharedStore } from './shared-store'
import type { History, Layout } from './steps'
import type { DialerWorld, VirtualDialer } from './virtual-dialers'
import type { VirtualOwner } from './virtual-liveness'
import { newVirtualTime, type Crash, type VirtualProcess, type VirtualTime } from './virtual-time'

/** What a step's process runs as. */
export type Running = {
  readonly host: Host
  readonly process: VirtualProcess
  readonly parts: LedgerParts
  /** The last reading that the process took. */
  readonly lastRead: () => ClockReading | null
}

/** Machines, one ledger that they share, and what is observed of them. */
export type SimulatedWorld = {
  readonly history: History
  readonly time: VirtualTime
  readonly store: SharedStore
  readonly hosts: ReadonlyArray<Host>
  readonly links: ReadonlyArray<LinkId>
  readonly dialerWorld: DialerWorld
  readonly owners: VirtualOwner[]
  readonly snapshots: ReadonlyMap<Machine, ReturnType<typeof memorySnapshotStore>>
  readonly isShared: boolean
  /** Processes that dial, to be killed or stopped. */
  readonly supervisors: Array<{
    readonly process: VirtualProcess
    readonly link: LinkId
    readonly host: Host
    readonly stop: (signal: NodeJS.Signals) => void
  }>
  readonly counts: Map<string, number>
  readonly note: (what: string) => void
  /** Supervisors that were asked to end. */
  readonly stopped: Set<VirtualProcess>
  /** What went wrong, once for each thing. */
  readonly violations: Set<string>
}

const kernelHost = (machine: Machine, name = machine.name): Host => ({
  name,
  machine,
  kind: 'kernel',
  pidNamespace: `pid:[${machine.name}]`,
  offsetCs: 0,
  tellsRestarts: true,
  starts: 1,
  startedMs: machine.bootedMs,
})

const hostsOf = (layout: Layout, random: () => number, isHonest: boolean): ReadonlyArray<Host> => {
  const first = newMachine('a', random, isHonest)
  const others = (names: ReadonlyArray<string>) =>
    names.map((name) => kernelHost(newMachine(name, random, isHonest)))
  const pod = (name: string): Host => ({
    ...kernelHost(first, name),
    kind: 'faked-uptime',
    pidNamespace: `pid:[${name}]`,
    tellsRestarts: random() < 0.5,
    startedMs: -100_000,
  })
  const offset = (name: string, offsetCs: number): Host => ({
    ...kernelHost(first, name),
    kind: 'time-namespace',
    offsetCs,
  })
  switch (layout) {
    case 'one':
      return [kernelHost(first)]
    case 'container':
      return [kernelHost(first), pod('pod')]
    case 'namespaces':
      return [kernelHost(first), offset('east', 8_000_000), offset('west', -90_000)]
    case 'two':
      return [kernelHost(first), ...others(['b'])]
    case 'three':
      return [kernelHost(first), pod('pod'), ...others(['b'])]
  }
}

/** A world in which nothing has happened yet. */
export const newSimulatedWorld = (
  history: History,
  onStart: (world: SimulatedWorld, dialer: VirtualDialer) => void,
): SimulatedWorld => {
  const counts = new Map<string, number>()
  const note = (what: string) => {
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  const time = newVirtualTime(note)
  const random = seededRandom(history.seed + 17)
  const hosts = hostsOf(history.layout, random, history.isHonest)
  const machines = [...new Set(hosts.map(({ machine }) => machine))]
  const world: SimulatedWorld = {
    history,
    time,
    store: newSharedStore(time, note, history.losesEveryThird),
    hosts,
    links: [linkId('isp'), linkId('backup')],
    dialerWorld: { time, dialers: [], onStart: (dialer) => onStart(world, dialer), note },
    owners: [],
    snapshots: new Map(machines.map((machine) => [machine, memorySnapshotStore()])),
    isShared: machines.length > 1,
    supervisors: [],
    counts,
    note,
    stopped: new Set(),
    violations: new Set(),
  }
  return world
}

/** A process of its own for a step, with everything that the application needs. */
export const runningOn = (
  world: SimulatedWorld,
  { id, host }: { readonly id: number; readonly host: Host },
  how: { readonly crash: Crash | null; readonly lateMsMax: number },
): Running => {
  const { time, history } = world
  const random = seededRandom(Math.imul(history.seed, 31) + id * 7_919)
  const process = spawnOn(host, { name: `step ${id} on ${host.name}`, random, ...how })
  let last: ClockReading | null = null
  const read = virtualClock(time, host).read
  const clock: Clock = { read: () => (last = read()) }
  const store = storeOf(world.store, process, () => clockOf(host))
  let ids = 0
  const parts: LedgerParts = {
    store,
    fold: foldStream(store, world.snapshots.get(host.machine), liveViews()),
    clock,
    host: host.name,
    actor: 'tester',
    newId: () => uuidOf((id + 1) * 100_000 + ids++),
    draw: drawOf,
    sleepMs: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
  return { host, process, parts, lastRead: () => last }
}
