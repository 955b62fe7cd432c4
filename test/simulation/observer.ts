import * as E from 'fp-ts/Either'
import { evolveDialing } from '../../domain/dialing-evolve'
import { initialDialing, type DialingState } from '../../domain/dialing-state'
import type { Recorded, StreamItem } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { defaultPolicy, type RetryPolicy } from '../../domain/policy'
import { toStreamItem } from '../../src/adapters/codec'
import type {
  AttemptReport,
  DialRequest,
  GateError,
  Granted,
  Refused,
} from '../../src/application/gate'
import { wrongDial, type Witnessed } from '../support/wrong-dials'
import { longerThanAllowed } from './allowed-waits'
import { cutOffOf } from './cut-off'
import { driftMax } from './machines'
import { checkSeveralHosts } from './several-hosts'
import type { SharedStore } from './shared-store'
import type { Running, SimulatedWorld } from './world'

/** An item of the ledger, when it was written down by true time, and by which clock. */
export type SeenItem = {
  readonly item: StreamItem
  readonly readMs: number
  readonly clock: string
}

/** Everything that an observer outside of time knows of a world's ledger. */
export type Observer = {
  readonly world: SimulatedWorld
  readonly store: SharedStore
  /** How many landed events were looked at. */
  at: number
  readonly items: SeenItem[]
  /** The events of each link and of the site, in order. */
  readonly ofLink: Map<LinkId, SeenItem[]>
  readonly attempts: Map<LinkId, string[]>
  readonly unreadableAt: Map<string, bigint>
  /** Every policy that was ever in force anywhere, as far as single fields go. */
  readonly longest: RetryPolicy
  shortestIntervalSec: number
  readonly states: Map<string, DialingState>
  readonly waived: Set<string>
  readonly released: Map<string, number>
  hasExempted: boolean
}

/** An observer of a ledger that is empty yet. */
export const newObserver = (world: SimulatedWorld): Observer => ({
  world,
  store: world.store,
  at: 0,
  items: [],
  ofLink: new Map(world.links.map((link) => [link, []])),
  attempts: new Map(world.links.map((link) => [link, []])),
  unreadableAt: new Map(),
  longest: { ...defaultPolicy, openIntervalSec: 0, dialTimeoutSec: 0, probeIntervalSec: 0 },
  shortestIntervalSec: Infinity,
  states: new Map(),
  waived: new Set(),
  released: new Map(),
  hasExempted: false,
})

/** How long before its grant a policy may be superseded unseen: reading and judging take a while. */
const staleCs = 1_000

/** Looks at what landed in the ledger since the last time. */
export const observe = (observer: Observer): void => {
  const { store, world } = observer
  while (observer.at < store.landed.length) {
    const { event, readMs, clock } = store.landed[observer.at++]!
    const item = toStreamItem(event)
    const seen: SeenItem = { item, readMs, clock }
    observer.items.push(seen)
    if (item.type === 'Unreadable') observer.unreadableAt.set(item.stream, item.revision)
    else noteEvent(observer, item)
    const links = world.links.filter(
      (link) => item.stream === 'site-policy' || item.stream === streamOfLink(link),
    )
    for (const link of links) seeOnLink(observer, link, seen)
    if (!item.stream.startsWith('link-')) continue
    const before = observer.states.get(item.stream) ?? initialDialing
    const after = evolveDialing(before, item)
    observer.states.set(item.stream, after)
    if (!world.isShared) continue
    for (const link of links) {
      const its = observer.ofLink.get(link)!.slice(0, -1)
      checkSeveralHosts(world, { seen, its, before, after })
    }
  }
}

const seeOnLink = (observer: Observer, link: LinkId, seen: SeenItem): void => {
  const its = observer.ofLink.get(link)!
  const { item } = seen
  checkOrder(observer, its, seen)
  its.push(seen)
  if (item.type !== 'DialAttempted') return
  observer.attempts.get(link)!.push(item.id)
  noteAges(observer, its, seen)
  for (const problem of unsettledBefore(its, item)) observer.world.violations.add(problem)
  const readable = its.flatMap((it): Witnessed[] =>
    it.item.type === 'Unreadable' ? [] : [{ cs: it.readMs / 10, item: it.item }],
  )
  const tolerance = { drift: driftMax, staleCs }
  for (const problem of wrongDial(readable, readable.length - 1, tolerance)) {
    observer.world.violations.add(`early: ${link}: ${problem} (${item.id})`)
  }
}

/** Notes a grant whose clock alone proves less than it required: others proved the rest. */
const noteAges = (
  { world }: Observer,
  its: ReadonlyArray<SeenItem>,
  { item, readMs, clock }: SeenItem,
): void => {
  if (item.type !== 'DialAttempted' || item.data.basis.waived || world.history.isHonest) return
  const evidence = its.findLastIndex((it) => settlements.has(it.item.type))
  const since = its.slice(Math.max(0, evidence))
  const own = since.find((it) => it.clock === clock)?.readMs ?? readMs
  if (evidence === -1 || readMs - own >= item.data.basis.requiredSec * 990) return
  const [host] = clock.split(' ')
  const others = since.filter((it) => it.clock !== clock && it.item.stream === item.stream)
  if (others.some((it) => it.clock.startsWith(`${host} `))) world.note('ages add up over boots')
  if (others.some((it) => !it.clock.startsWith(`${host} `))) world.note('ages add up over hosts')
}

/** `appended` is read after the head that an append expects (section 4), so it never steps back. */
const checkOrder = (
  { world }: Observer,
  before: ReadonlyArray<SeenItem>,
  { item, readMs }: SeenItem,
): void => {
  const last = before.findLast((it) => it.item.stream === item.stream)
  if (last !== undefined && readMs < last.readMs) {
    world.violations.add(`${item.stream}@${item.revision}: read before what it follows`)
  }
}

const settlements = new Set([
  'ConnectionOpenFailed',
  'AssociationEnded',
  'DialNotStarted',
  'DialAbandoned',
])

const isSettlement = (item: StreamItem): item is Recorded =>
  item.type !== 'Unreadable' &&
  settlements.has(item.type) &&
  item.metadata.source.kind !== 'import' &&
  item.metadata.attempt !== undefined

/** R2, R5: every earlier attempt has exactly one settlement before the next grant. */
const unsettledBefore = (its: ReadonlyArray<SeenItem>, grant: Recorded): ReadonlyArray<string> => {
  const settled = new Map<string, number>()
  for (const { item } of its) {
    if (!isSettlement(item) || item.revision > grant.revision) continue
    const attempt = item.metadata.attempt ?? ''
    settled.set(attempt, (settled.get(attempt) ?? 0) + 1)
  }
  return its.flatMap(({ item }) => {
    if (item.type !== 'DialAttempted' || item.id === grant.id) return []
    const times = settled.get(item.id) ?? 0
    return times === 1 ? [] : [`attempt ${item.id} has ${times} settlements before the next grant`]
  })
}

const noteEvent = (observer: Observer, item: Recorded): void => {
  const { world } = observer
  world.note(`event ${item.type}`)
  switch (item.type) {
    case 'RetryPolicyChanged': {
      notePolicy(observer, item.data.set)
      return
    }
    case 'WindowWaived':
      observer.waived.add(item.stream)
      return
    case 'LinkReleased':
      observer.released.set(item.stream, world.time.nowMs)
      return
    case 'DialRefused':
      for (const { rule } of item.data.deniedBy) world.note(`anchor ${rule}`)
      return
    case 'DialAttempted': {
      const { basis } = item.data
      if (basis.probe) world.note('granted as a probe')
      if (basis.jitterSec > 0) world.note('granted after jitter')
      if (basis.waived) world.note('granted in a waived window')
      return
    }
    case 'AssociationEnded':
      world.note(`ended ${item.data.origin === 'gate' ? item.data.reason : item.data.window}`)
      if (item.data.resets) world.note('success resets the count')
      return
    default:
  }
}

const notePolicy = (observer: Observer, set: Partial<RetryPolicy>): void => {
  const { longest } = observer
  const names = [
    'openIntervalSec',
    'dialTimeoutSec',
    'jitterMaxSec',
    'probeIntervalSec',
    'notStartedWaitSec',
  ] as const
  for (const name of names) {
    Object.assign(longest, { [name]: Math.max(longest[name], set[name] ?? 0) })
  }
  observer.shortestIntervalSec = Math.min(
    observer.shortestIntervalSec,
    set.openIntervalSec ?? Infinity,
  )
  if (set.limits !== undefined)
    Object.assign(longest, { limits: [...longest.limits, ...set.limits] })
  if ((set.exempt ?? []).length > 0) observer.hasExempted = true
}

/** An answer of the gate to one process. */
export type GateAnswer = {
  readonly running: Running
  readonly request: DialRequest
  readonly answer: E.Either<GateError, Granted | Refused>
  readonly judged: string | null
}

/** Checks an answer of the gate: a grant is in the ledger, a refusal is none that R13 forbids. */
export const noteAnswer = (observer: Observer, given: GateAnswer): void => {
  const { world } = observer
  const { answer } = given
  observe(observer)
  if (E.isLeft(answer)) {
    world.note(`gate ${answer.left._tag}`)
    const how = cutOffOf(world.store.cutOff, given.running.host.machine, world.time)
    if (how !== null) world.note(`cut off, and told ${answer.left._tag}`)
    return
  }
  if (answer.right._tag === 'Granted') {
    world.note('granted')
    const { attempt, revision } = answer.right
    if (!isStored(observer, given.request.link, { attempt, revision })) {
      world.violations.add(`grant ${attempt} is not in the ledger`)
    }
    return
  }
  for (const { rule } of answer.right.deniedBy) world.note(`refused ${rule}`)
  for (const problem of longerThanAllowed(observer, given, answer.right)) {
    world.violations.add(`waits too long: ${problem}`)
  }
}

const isStored = (
  { ofLink }: Observer,
  link: LinkId,
  grant: { readonly attempt: string; readonly revision: bigint },
): boolean =>
  ofLink
    .get(link)!
    .some(
      ({ item }) =>
        item.type === 'DialAttempted' &&
        item.id === grant.attempt &&
        item.revision === grant.revision,
    )

/** Checks a report that the gate says it took: something in the ledger tells of it. */
export const noteAcknowledged = (
  observer: Observer,
  told: {
    readonly link: LinkId
    readonly report: AttemptReport
    readonly answer: E.Either<GateError, void>
  },
): void => {
  observe(observer)
  const { link, report, answer } = told
  const { world, ofLink } = observer
  if (E.isLeft(answer)) {
    world.note(`report ${answer.left._tag}`)
    return
  }
  const its = ofLink
    .get(link)!
    .flatMap(({ item }) =>
      item.type !== 'Unreadable' && item.metadata.attempt === report.attempt ? [item.type] : [],
    )
  const isThere = its.some((type) => tellsOf(report._tag, type))
  if (!isThere) world.violations.add(`'${report._tag}' of ${report.attempt} was taken and is lost`)
}

/** Whether an event of an attempt tells what a report told: an attempt that is up was started. */
const tellsOf = (report: AttemptReport['_tag'], type: string): boolean => {
  switch (report) {
    case 'Started':
      return type === 'DialStarted' || type === 'AssociationOpened'
    case 'Up':
      return type === 'AssociationOpened'
    case 'LeaseRenewed':
      return type === 'LeaseRenewed'
    case 'Settled':
      return settlements.has(type)
  }
}
