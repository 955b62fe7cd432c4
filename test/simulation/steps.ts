import type { PolicyFields } from '../../domain/policy'
import { seededRandom } from '../support/seeded-random'
import { cutOffs, type CutOff } from './cut-off'
import { storeFaults, type StoreFault } from './shared-store'
import type { Behaviour } from './virtual-dialers'
import type { Crash } from './virtual-time'

/** Which machines and containers there are. */
export const layouts = ['one', 'container', 'namespaces', 'two', 'three'] as const

/** One of {@link layouts}. */
export type Layout = (typeof layouts)[number]

const hasManyMachines = (layout: Layout): boolean => layout === 'two' || layout === 'three'

/** One dial, as a supervisor is told to make it and as its dialer turns out. */
export type DialStep = {
  readonly kind: 'dial'
  readonly rule: 'alive' | 'output' | 'oneshot' | 'session'
  readonly dialer: 'generic' | 'pppd'
  readonly waitSec: number | null
  readonly behaviour: Behaviour
  readonly crash: Crash | null
  readonly lateMsMax: number
}

const recordFacts = [
  'ras-error',
  'connection-error',
  'open-failed',
  'not-started',
  'up',
  'down',
  'down-abnormal',
  'dial',
] as const

/** What happens; hosts and links are numbers that wrap around. */
export type StepKind =
  | DialStep
  | { readonly kind: 'grant'; readonly crash: Crash | null }
  | { readonly kind: 'settle'; readonly outcome: 'up' | 'down' | 'failed' | 'not-started' }
  | {
      readonly kind: 'record'
      readonly fact: (typeof recordFacts)[number]
      /** Which attempt it is about: 0 the newest; null: none. */
      readonly back: number | null
      readonly code: number | null
      readonly lateMs: number
      readonly isRepeated: boolean
    }
  | { readonly kind: 'import'; readonly statedSec: number; readonly records: number }
  | { readonly kind: 'policy'; readonly isSite: boolean; readonly set: PolicyFields }
  | { readonly kind: 'waive' | 'hold' | 'release' | 'owner-ends' | 'spoil-snapshots' | 'wait' }
  | { readonly kind: 'unreadable' | 'release-past'; readonly isSite: boolean }
  | { readonly kind: 'wall'; readonly sec: number }
  | { readonly kind: 'suspend'; readonly sec: number; readonly isFrozen: boolean }
  | { readonly kind: 'reboot'; readonly downSec: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'kill'; readonly what: 'supervisor' | 'guard' | 'both' | 'dialer' }
  | { readonly kind: 'stop'; readonly isServiceWide: boolean }
  | { readonly kind: 'store-faults'; readonly faults: ReadonlyArray<StoreFault> }
  | { readonly kind: 'store-away'; readonly sec: number }
  /** One machine of several loses the ledger; the others keep it. */
  | { readonly kind: 'cut-off'; readonly sec: number; readonly how: CutOff }

/** One thing that happens, and how long after the one before. `id` stays when others are removed. */
export type Step = StepKind & {
  readonly id: number
  readonly afterMs: number
  readonly host: number
  readonly link: number
}

/** A whole history: what a seed stands for, and what shrinking makes less of. */
export type History = {
  readonly seed: number
  readonly layout: Layout
  /** Wall clocks are right, so that a policy may vouch for them. */
  readonly isHonest: boolean
  /** The answer to every third append is lost. */
  readonly losesEveryThird: boolean
  readonly policy: PolicyFields
  readonly steps: ReadonlyArray<Step>
}

type Random = () => number

const pick = <A>(random: Random, items: ReadonlyArray<A>): A =>
  items[Math.floor(random() * items.length)]!

const between = (random: Random, least: number, most: number): number =>
  Math.floor(least + random() * (most - least + 1))

const sometimes = <A>(random: Random, chance: number, make: () => A): A | null =>
  random() < chance ? make() : null

/** The history of a seed. */
export const historyOf = (seed: number): History => {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1))
  const isHonest = random() < 0.2
  const layout = pick(random, layouts)
  const count = between(random, 5, 15)
  const steps: Step[] = []
  const scene = hasManyMachines(layout) && random() < 0.3 ? upAndCutOff(random) : []
  const sceneAt = between(random, 0, count - 1)
  for (let id = 0; id < count; id += 1) {
    const before = steps.at(-1)
    const kind = scene[id - sceneAt] ?? kindAfter(random, before, { isHonest, layout })
    const place = placeAfter(random, before, kind)
    steps.push({ id, ...place, ...kind })
  }
  const policy = {
    openIntervalSec: pick(random, [20, 60, 60, 100]),
    dialTimeoutSec: pick(random, [4, 10, 10, 30]),
    maxOpenRetries: pick(random, [144, 144, 144, 3]),
    minUpTimeSec: pick(random, [5, 30]),
    probeIntervalSec: 100,
    ...(random() < (hasManyMachines(layout) ? 0.6 : 0.2)
      ? { leaseSec: pick(random, [5, 20]) }
      : {}),
    ...somePolicy(random, isHonest),
  }
  const losesEveryThird = hasManyMachines(layout) && random() < 0.15
  return { seed, layout, isHonest, losesEveryThird, policy, steps }
}

/** What happens next: what cannot be read is often released, or there would be little more to see. */
const kindAfter = (
  random: Random,
  before: Step | undefined,
  { isHonest, layout }: Pick<History, 'isHonest' | 'layout'>,
): StepKind => {
  if (before?.kind === 'unreadable' && random() < 0.7) {
    return { kind: 'release-past', isSite: before.isSite }
  }
  // The owner of a link that was left up may ask again.
  if (before?.kind === 'dial' && before.rule === 'oneshot' && random() < 0.2) {
    return { kind: 'grant', crash: null }
  }
  if (hasManyMachines(layout)) {
    if (before?.kind === 'dial' && random() < 0.2) return aCutOff(random)
    if (before?.kind === 'cut-off' && random() < 0.6) return aDial(random)
  }
  return pick(random, weighted)(random, isHonest)
}

const aCutOff = (random: Random): StepKind => ({
  kind: 'cut-off',
  sec: pick(random, [between(random, 1, 40), between(random, 20, 300)]),
  how: pick(random, cutOffs),
})

type Place = Pick<Step, 'host' | 'link' | 'afterMs'>

/** What strikes a dial must meet it; and who dials while another host is cut off is a third party. */
const placeAfter = (random: Random, before: Step | undefined, kind: StepKind): Place => {
  if (before?.kind === 'cut-off' && kind.kind === 'dial') {
    return { host: before.host + 1, link: before.link, afterMs: between(random, 10, 40_000) }
  }
  return isFollowUp(before, kind) && random() < 0.8
    ? { host: before.host, link: before.link, afterMs: between(random, 10, 9_000) }
    : { host: between(random, 0, 5), link: linkOf(random), afterMs: pauseMs(random) }
}

/** Whether something belongs right after what was before it. */
const isFollowUp = (before: Step | undefined, { kind }: StepKind): before is Step =>
  (before?.kind === 'dial' && (strikes.has(kind) || kind === 'grant')) ||
  (before?.kind === 'unreadable' && kind === 'release-past')

const strikes: ReadonlySet<string> = new Set([
  'kill',
  'stop',
  'suspend',
  'reboot',
  'restart',
  'store-faults',
  'store-away',
  'cut-off',
  'owner-ends',
  'dial',
  'release',
])

const linkOf = (random: Random): number => (random() < 0.2 ? 1 : 0)

const pauseMs = (random: Random): number => {
  switch (between(random, 0, 5)) {
    case 0:
    case 1:
      return between(random, 0, 400)
    case 2:
      return between(random, 1_000, 12_000)
    case 3:
      return between(random, 10_000, 130_000)
    case 4:
      return pick(random, [20_000, 60_000, 100_000]) + between(random, -20, 40)
    default:
      return between(random, 3_000, 40_000)
  }
}

const somePolicy = (random: Random, isHonest: boolean): PolicyFields => {
  const some: ReadonlyArray<PolicyFields> = [
    {},
    {},
    { openIntervalSec: pick(random, [20, 60, 100]) },
    { dialTimeoutSec: pick(random, [4, 10, 30]) },
    { notStartedWaitSec: pick(random, [2, 15]) },
    { jitterMaxSec: pick(random, [0, 7]) },
    { limits: pick(random, [[], [{ max: 2, perSec: 150 }]]) },
    { exempt: pick(random, [[], ['RasErrorOccurred']]) },
    { waitAfterNormalEnd: true },
    { maxOpenRetries: pick(random, [2, 144]), onExhausted: pick(random, ['probe', 'hold']) },
    { probeIntervalSec: pick(random, [50, 200]), maxOpenRetries: 2 },
    { shortSessionsMax: pick(random, [0, 1]), minUpTimeSec: 60 },
    { leaseSec: pick(random, [null, 5, 20]) },
    isHonest ? { wallClock: pick(random, ['trusted', 'untrusted']) } : {},
  ]
  return pick(random, some)
}

const someCrash = (random: Random): Crash | null =>
  sometimes(random, 0.35, () => ({
    at: between(random, 0, 24),
    when: pick(random, ['before', 'after'] as const),
  }))

const someBehaviour = (random: Random): Behaviour => {
  // A supervisor gives up on what is left of a session that cannot be ended.
  const isStuck = random() < 0.1
  const someMs = pick(random, [between(random, 20, 3_000), between(random, 2_000, 70_000)])
  const someLingerMs = sometimes(random, 0.2, () => between(random, 100, 15_000)) ?? 0
  return {
    upMs: sometimes(random, 0.6, () => between(random, 50, 9_000)),
    leaderMs: isStuck ? between(random, 20, 9_000) : someMs,
    lingerMs: isStuck ? between(random, 20_000, 70_000) : someLingerMs,
    code: pick(random, [0, 0, 1, 8, 5]),
    ignoresTerm: random() < 0.2,
    isStuck,
    notExecuted: sometimes(random, 0.05, () => pick(random, [126, 127] as const)),
    isLastGuard: random() < 0.15,
  }
}

const aDial = (random: Random): DialStep => ({
  kind: 'dial',
  rule: pick(random, ['alive', 'alive', 'output', 'output', 'oneshot', 'session'] as const),
  dialer: pick(random, ['generic', 'generic', 'pppd'] as const),
  waitSec: sometimes(random, 0.5, () => pick(random, [30, 150])),
  behaviour: someBehaviour(random),
  crash: someCrash(random),
  lateMsMax: pick(random, [0, 100, 400, 1_500]),
})

/** A link that is up while its host is cut off, and another host that waits for it. */
const upAndCutOff = (random: Random): ReadonlyArray<StepKind> => [
  {
    ...aDial(random),
    rule: 'output',
    behaviour: {
      ...someBehaviour(random),
      upMs: between(random, 50, 2_000),
      leaderMs: between(random, 20_000, 200_000),
    },
  },
  aCutOff(random),
  { ...aDial(random), waitSec: 150 },
]

type MakeStep = (random: Random, isHonest: boolean) => StepKind

const weights: ReadonlyArray<readonly [number, MakeStep]> = [
  [22, aDial],
  [4, (random) => ({ kind: 'grant', crash: someCrash(random) })],
  [
    4,
    (random) => ({
      kind: 'settle',
      outcome: pick(random, ['up', 'down', 'failed', 'not-started'] as const),
    }),
  ],
  [
    7,
    (random) => ({
      kind: 'record',
      fact: pick(random, recordFacts),
      back: sometimes(random, 0.6, () => between(random, 0, 2)),
      code: pick(random, [null, 629, 16]),
      lateMs: sometimes(random, 0.4, () => between(random, 1_000, 400_000)) ?? 0,
      isRepeated: random() < 0.3,
    }),
  ],
  [
    1,
    // Where the wall clock is vouched for, what an import states counts, which no true time tells.
    (random, isHonest) =>
      isHonest
        ? { kind: 'wait' }
        : {
            kind: 'import',
            statedSec: between(random, -4_000, 4_000),
            records: random() < 0.3 ? 70 : between(random, 1, 3),
          },
  ],
  [
    4,
    (random, isHonest) => ({
      kind: 'policy',
      isSite: random() < 0.5,
      set: somePolicy(random, isHonest),
    }),
  ],
  [2, () => ({ kind: 'waive' })],
  [1, () => ({ kind: 'hold' })],
  [2, () => ({ kind: 'release' })],
  [2, () => ({ kind: 'owner-ends' })],
  [1, () => ({ kind: 'spoil-snapshots' })],
  [4, () => ({ kind: 'wait' })],
  [1, (random) => ({ kind: 'unreadable', isSite: random() < 0.4 })],
  [3, (random) => ({ kind: 'release-past', isSite: random() < 0.5 })],
  [
    2,
    (random, isHonest) =>
      isHonest ? { kind: 'wait' } : { kind: 'wall', sec: pick(random, [-3_600, 3_600, 86_400]) },
  ],
  [
    2,
    (random) => ({
      kind: 'suspend',
      sec: pick(random, [between(random, 1, 30), between(random, 30, 900)]),
      isFrozen: random() < 0.3,
    }),
  ],
  [3, (random) => ({ kind: 'reboot', downSec: between(random, 1, 60) })],
  [2, () => ({ kind: 'restart' })],
  [
    6,
    (random) => ({
      kind: 'kill',
      what: pick(random, ['supervisor', 'guard', 'both', 'dialer'] as const),
    }),
  ],
  [3, (random) => ({ kind: 'stop', isServiceWide: random() < 0.4 })],
  [
    5,
    (random) => ({
      kind: 'store-faults',
      faults: Array.from({ length: between(random, 1, 4) }, () => pick(random, storeFaults)),
    }),
  ],
  [2, (random) => ({ kind: 'store-away', sec: pick(random, [2, 15, 90, 400]) })],
  [2, aCutOff],
]

const weighted: ReadonlyArray<MakeStep> = weights.flatMap(([weight, make]) =>
  Array.from({ length: weight }, () => make),
)
