import * as E from 'fp-ts/Either'
import fc from 'fast-check'
import type { Judged } from '../../domain/dial-denials'
import type { DialingCommand } from '../../domain/dialing'
import type { Recorded } from '../../domain/events'
import type { PolicyFields } from '../../domain/policy'
import {
  appendEvent,
  appendToSite,
  hostOf,
  linkOf,
  newId,
  newWorld,
  perform,
  readingOf,
  type World,
} from './ledger-world'
import type { Witnessed } from './wrong-dials'

/** One thing that happens; which host and which link are numbers that wrap around. */
export type Happening = { readonly host: number; readonly link: number } & (
  | { readonly kind: 'wait'; readonly sec: number }
  | { readonly kind: 'ask' }
  | { readonly kind: 'start' | 'up' | 'alive' | 'fail' | 'end' | 'never-start' | 'crash' }
  | { readonly kind: 'late-report'; readonly back: number; readonly code: number }
  | { readonly kind: 'evidence'; readonly fact: 'ras-error' | 'open-failed' | 'not-started' }
  | { readonly kind: 'import'; readonly stated: number }
  | { readonly kind: 'policy'; readonly set: PolicyFields; readonly site: boolean }
  | { readonly kind: 'waive' | 'hold' | 'release' | 'reboot' }
  | { readonly kind: 'wall'; readonly sec: number }
)

/** An attempt as it really is, whatever the ledger knows. */
type RealAttempt = {
  readonly id: string
  readonly host: string
  readonly bootId: string
  isSupervised: boolean
}

/** A world, what an observer saw in it, and the attempts of each link, newest last. */
export type Simulation = {
  readonly world: World
  readonly seen: Witnessed[]
  readonly attempts: Map<string, RealAttempt[]>
}

const hosts = ['a', 'b', 'c'] as const
const links = ['isp', 'backup'] as const

/** The names of the hosts and links that a simulation has. */
export const simulated = { hosts, links }

const policies = fc.record(
  {
    openIntervalSec: fc.constantFrom(20, 60, 100),
    dialTimeoutSec: fc.constantFrom(4, 10, 30),
    notStartedWaitSec: fc.constantFrom(2, 15),
    jitterMaxSec: fc.constantFrom(0, 7),
    limits: fc.constantFrom([], [{ max: 2, perSec: 150 }]),
    exempt: fc.constantFrom([], [], ['RasErrorOccurred']),
    waitAfterNormalEnd: fc.boolean(),
    maxOpenRetries: fc.constantFrom(3, 144),
    probeIntervalSec: fc.constantFrom(50, 200),
  },
  { requiredKeys: [] },
)

const seconds = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((cs) => cs / 100),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 10, max: 130 }),
  fc.constantFrom(20, 20.01, 60, 60.01, 100, 100.01),
)

const what = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('wait' as const), sec: seconds }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'start' as const,
        'up' as const,
        'alive' as const,
        'fail' as const,
        'end' as const,
        'never-start' as const,
        'crash' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('late-report' as const),
      back: fc.nat(3),
      code: fc.constantFrom(1, 16),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('evidence' as const),
      fact: fc.constantFrom('ras-error' as const, 'open-failed' as const, 'not-started' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('import' as const),
      stated: fc.integer({ min: -100_000, max: 100_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      set: policies,
      site: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'waive' as const,
        'hold' as const,
        'release' as const,
        'release' as const,
        'reboot' as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wall' as const),
      sec: fc.constantFrom(-3600, 3600, 86_400),
    }),
  },
)

/** Random histories of two links and three hosts. */
export const histories: fc.Arbitrary<ReadonlyArray<Happening>> = fc.array(
  fc.tuple(fc.nat(hosts.length - 1), fc.nat(5), what).map(([host, link, happening]): Happening => ({
    host,
    link: link === 5 ? 1 : 0,
    ...happening,
  })),
  { minLength: 5, maxLength: 60, size: 'max' },
)

/** An empty simulation whose site waits a minute and gives a dialer ten seconds. */
export const newSimulation = (): Simulation => {
  const world = newWorld()
  hosts.forEach((host) => hostOf(world, host))
  const simulation: Simulation = { world, seen: [], attempts: new Map() }
  act(simulation, {
    kind: 'policy',
    set: { openIntervalSec: 60, dialTimeoutSec: 10, maxOpenRetries: 144 },
    site: true,
    host: 0,
    link: 0,
  })
  return simulation
}

/** Lets one thing happen, and the observer see what was appended. */
export const act = (simulation: Simulation, happening: Happening): void => {
  const { world, seen } = simulation
  const before = world.position
  happen(simulation, happening)
  for (const item of itemsAfter(world, before)) seen.push({ cs: world.nowCs, item })
}

const itemsAfter = (world: World, position: bigint): ReadonlyArray<Recorded> =>
  [world.siteItems, ...[...world.links.values()].map(({ items }) => items)]
    .flatMap((items) => items.slice(items.findLastIndex((item) => item.position <= position) + 1))
    .flatMap((item) => (item.type === 'Unreadable' ? [] : [item]))
    .toSorted((first, second) => Number(first.position - second.position))

/** What this host can tell of a link's newest attempt. */
export const judgementOf = (simulation: Simulation, host: string, link: string): Judged => {
  const { world } = simulation
  const open = linkOf(world, link).state.attempt
  const real = simulation.attempts.get(link)?.find(({ id }) => id === open?.id)
  if (open === null || real === undefined) return null
  if (real.host !== host) return 'unknown'
  const isSameBoot = hostOf(world, host).bootId === real.bootId
  return isSameBoot && real.isSupervised ? 'alive' : 'gone'
}

/** Asks for a dial; true when it was granted. */
export const ask = (simulation: Simulation, host: string, link: string): boolean => {
  const { world } = simulation
  const attempt = newId(world)
  const command: DialingCommand = {
    type: 'RequestDial',
    attempt,
    supervision: 'supervised',
    dialer: 'generic',
    redialsItself: false,
    owner: null,
    judgement: judgementOf(simulation, host, link),
    lockHeld: false,
  }
  const decision = perform(world, { link, host }, command)
  const isGranted = E.isRight(decision) && decision.right.refusal === null
  if (isGranted) {
    const { bootId } = hostOf(world, host)
    const known = simulation.attempts.get(link) ?? []
    simulation.attempts.set(link, [...known, { id: attempt, host, bootId, isSupervised: true }])
  }
  return isGranted
}

const happen = (simulation: Simulation, happening: Happening): void => {
  const { world } = simulation
  const host = hosts[happening.host % hosts.length] ?? 'a'
  const link = links[happening.link % links.length] ?? 'isp'
  const asking = { link, host }
  switch (happening.kind) {
    case 'wait':
      world.nowCs += Math.round(happening.sec * 100)
      return
    case 'ask':
      ask(simulation, host, link)
      return
    case 'evidence':
      perform(world, asking, {
        type: 'RecordEvidence',
        attempt: null,
        fact: happening.fact,
        code: 629,
      })
      return
    case 'late-report': {
      const attempt = simulation.attempts.get(link)?.at(-1 - happening.back)?.id
      if (attempt === undefined) return
      const { code } = happening
      perform(world, asking, { type: 'RecordEvidence', attempt, fact: 'connection-error', code })
      return
    }
    case 'import': {
      const stated = readingOf(world, host, happening.stated * 100).wall
      const event = { type: 'RasErrorOccurred', data: { origin: 'mta:9311', code: 629 } } as const
      appendEvent(world, asking, { event, metadata: { stated, source: anImport } })
      return
    }
    case 'policy': {
      const { set, site } = happening
      const data = { set, unset: [], reason: 'test', effectiveFrom: null }
      if (site) appendToSite(world, host, { type: 'RetryPolicyChanged', data })
      else appendEvent(world, asking, { event: { type: 'RetryPolicyChanged', data } })
      return
    }
    case 'waive':
      perform(world, asking, { type: 'WaiveWindow', windowId: null, reason: 'test' })
      return
    case 'hold':
      perform(world, asking, { type: 'HoldLink', reason: 'test' })
      return
    case 'release':
      perform(world, asking, { type: 'ReleaseLink', reason: 'test', past: null })
      return
    case 'reboot': {
      const booted = hostOf(world, host)
      booted.bootId = `${booted.bootId}'`
      booted.bootedAtCs = world.nowCs
      return
    }
    case 'wall':
      hostOf(world, host).wallOffsetMs += happening.sec * 1000
      return
    default:
      supervise(simulation, link, happening.kind)
  }
}

const anImport = {
  kind: 'import',
  logId: 'mail1-application',
  fileHash: 'f'.repeat(64),
  record: 1,
  offset: null,
  computer: null,
} as const

type Supervised = 'start' | 'up' | 'alive' | 'fail' | 'end' | 'never-start' | 'crash'

/** What the supervisor of the newest attempt does, if it still lives. */
const supervise = (simulation: Simulation, link: string, what: Supervised): void => {
  const { world } = simulation
  const real = simulation.attempts.get(link)?.at(-1)
  if (real === undefined || !real.isSupervised) return
  if (hostOf(world, real.host).bootId !== real.bootId) return
  const report = (command: DialingCommand) => perform(world, { link, host: real.host }, command)
  const attempt = real.id
  const settle = (started: boolean, normal: boolean) => {
    report({
      type: 'SettleAttempt',
      attempt,
      started,
      normal,
      reason: 'exited',
      origin: 'exit:generic',
      code: 1,
    })
    real.isSupervised = false
  }
  switch (what) {
    case 'start':
      report({ type: 'ReportStarted', attempt, pid: 1 })
      return
    case 'up':
      report({ type: 'ReportUp', attempt, proof: 'output' })
      return
    case 'alive':
      report({ type: 'ReportUp', attempt, proof: 'alive' })
      return
    case 'fail':
      settle(true, false)
      return
    case 'end':
      settle(true, true)
      return
    case 'never-start':
      settle(false, false)
      return
    case 'crash':
      real.isSupervised = false
  }
}
