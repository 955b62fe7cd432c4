import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
import type { DialingContext } from '../../domain/dial-denials'
import {
  decideDialing,
  type DialingCommand,
  type DialingDecision,
  type DialingRejection,
} from '../../domain/dialing'
import { evolveDialing } from '../../domain/dialing-evolve'
import { initialDialing, type DialingState } from '../../domain/dialing-state'
import {
  sitePolicyStream,
  type DraftEvent,
  type LedgerEvent,
  type Metadata,
  type Recorded,
  type StreamItem,
} from '../../domain/events'
import { evolveSitePolicy, initialSitePolicy, type SitePolicy } from '../../domain/policy-timeline'
import type { ClockReading } from '../../domain/time'
import { outcomeId } from '../../src/adapters/codec'
import { aMetadata, epochMs, uuidOf } from './event-builders'

/** A host with clocks of its own; times are centiseconds of true time. */
export type Host = {
  bootId: string
  boottimeOffset: string
  provider: string
  bootedAtCs: number
  wallOffsetMs: number
}

/** One stream of the virtual ledger: what is stored, and what a process holds in memory. */
export type WorldLink = { items: StreamItem[]; state: DialingState }

/** A ledger, its hosts and the true time, which only the tests know. */
export type World = {
  nowCs: number
  position: bigint
  nextId: number
  readonly hosts: Map<string, Host>
  readonly links: Map<string, WorldLink>
  readonly siteItems: StreamItem[]
  site: SitePolicy
}

/** A world at true time 0 with an empty ledger. */
export const newWorld = (): World => ({
  nowCs: 0,
  position: 0n,
  nextId: 1,
  hosts: new Map(),
  links: new Map(),
  siteItems: [],
  site: initialSitePolicy,
})

/** The host of a name; a new one has been up for an hour and then some. */
export const hostOf = (world: World, name: string): Host => {
  const known = world.hosts.get(name)
  if (known !== undefined) return known
  const host: Host = {
    bootId: `boot-${name}-1`,
    boottimeOffset: '0',
    provider: 'kernel',
    bootedAtCs: world.nowCs - 360_000 - 1234 * world.hosts.size,
    wallOffsetMs: 0,
  }
  world.hosts.set(name, host)
  return host
}

/** What the clocks of a host read now, or at another true time. */
export const readingOf = (world: World, name: string, atCs = world.nowCs): ClockReading => {
  const host = hostOf(world, name)
  return {
    bootId: host.bootId,
    boottimeOffset: host.boottimeOffset,
    provider: host.provider,
    uptimeCs: Math.floor(atCs - host.bootedAtCs),
    wall: new Date(epochMs + Math.floor(atCs * 10) + host.wallOffsetMs).toISOString(),
  }
}

/** The link of a name; empty until something is appended. */
export const linkOf = (world: World, name: string): WorldLink => {
  const known = world.links.get(name)
  if (known !== undefined) return known
  const link: WorldLink = { items: [], state: initialDialing }
  world.links.set(name, link)
  return link
}

/** An id that no event has yet. */
export const newId = (world: World): string => uuidOf(world.nextId++)

/** The first 6 bytes of SHA-256 of a text, as an integer (R10). */
export const drawOf = (text: string): number =>
  createHash('sha256').update(text).digest().readUIntBE(0, 6)

/** Who asks or reports, of which link, and when it was learned of. */
export type Asking = {
  readonly link: string
  readonly host: string
  readonly occurred?: ClockReading
}

/** What a decision on a link rests on now. */
export const contextOf = (world: World, asking: Asking): DialingContext => {
  const now = readingOf(world, asking.host)
  return {
    site: world.site,
    now,
    occurred: asking.occurred ?? now,
    draw: drawOf,
    link: asking.link,
  }
}

/** Decides a command and appends what follows. */
export const perform = (
  world: World,
  asking: Asking,
  command: DialingCommand,
): E.Either<DialingRejection, DialingDecision> => {
  const link = linkOf(world, asking.link)
  const decision = decideDialing(contextOf(world, asking), command, link.state)
  if (E.isRight(decision)) {
    for (const draft of decision.right.events) appendDraft(world, asking, draft)
  }
  return decision
}

const appendDraft = (world: World, asking: Asking, drafted: DraftEvent): void => {
  const { idFrom, attempt, ...event } = drafted
  const occurred = asking.occurred ?? readingOf(world, asking.host)
  const code = 'code' in event.data ? event.data.code : null
  const id =
    idFrom === 'random' || attempt === undefined
      ? newId(world)
      : idFrom === 'attempt'
        ? attempt
        : outcomeId({ attempt, type: event.type, code, occurred })
  const metadata = { occurred, ...(attempt === undefined ? {} : { attempt }) }
  appendEvent(world, asking, { event, id, metadata })
}

/** Appends an event to a link's stream as it is: what another process, or an import, writes. */
export const appendEvent = (
  world: World,
  asking: Asking,
  { event, id, metadata = {} }: EventToAppend,
): Recorded => {
  const link = linkOf(world, asking.link)
  const recorded = recordedOf(world, asking, {
    event,
    id: id ?? newId(world),
    metadata: { stream: `link-${asking.link}`, revision: BigInt(link.items.length), ...metadata },
  })
  link.items.push(recorded)
  link.state = evolveDialing(link.state, recorded)
  return recorded
}

/** An event without its place; id and envelope have defaults. */
export type EventToAppend = {
  readonly event: LedgerEvent
  readonly id?: string
  readonly metadata?: Partial<Metadata>
}

type Placed = EventToAppend & {
  readonly id: string
  readonly metadata: Partial<Metadata> & { readonly stream: string; readonly revision: bigint }
}

const recordedOf = (world: World, asking: Asking, placed: Placed): Recorded => {
  const { stream, revision, ...metadata } = placed.metadata
  const appended = readingOf(world, asking.host)
  world.position += 1n
  return {
    ...placed.event,
    id: placed.id,
    stream,
    revision,
    position: world.position,
    metadata: aMetadata({ occurred: appended, appended, host: asking.host, ...metadata }),
  }
}

/** Appends something that nobody can decode to a link's stream. */
export const appendUnreadable = (world: World, linkName: string): void => {
  const link = linkOf(world, linkName)
  world.position += 1n
  const item: StreamItem = {
    type: 'Unreadable',
    stream: `link-${linkName}`,
    revision: BigInt(link.items.length),
    position: world.position,
    problem: 'unknown event type DialTeleported',
  }
  link.items.push(item)
  link.state = evolveDialing(link.state, item)
}

/** Appends an event, or something unreadable, to `site-policy`. */
export const appendToSite = (world: World, host: string, event: LedgerEvent | null): void => {
  const revision = BigInt(world.siteItems.length)
  const item: StreamItem =
    event === null
      ? {
          type: 'Unreadable',
          stream: sitePolicyStream,
          revision,
          position: (world.position += 1n),
          problem: 'unknown schema version 9',
        }
      : recordedOf(
          world,
          { link: '', host },
          { event, id: newId(world), metadata: { stream: sitePolicyStream, revision } },
        )
  world.siteItems.push(item)
  world.site = evolveSitePolicy(world.site, item)
}
