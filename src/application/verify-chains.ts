import * as E from 'fp-ts/Either'
import { decodeEvent, eventHash, hashBeforeFirst, isObject } from '../adapters/codec'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'
import { streamPages } from './stream-pages'

/** Something in a stream that is not as it was written, or that cannot be read. */
export type ChainDamage = {
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
  readonly what: 'missing' | 'chain' | 'unreadable'
  readonly problem: string
}

/** What was looked at, and what is wrong with it. */
export type ChainsVerified = {
  readonly streams: number
  readonly events: number
  readonly damage: ReadonlyArray<ChainDamage>
}

const categories = ['site', 'link', 'source']

/** Damage that is kept one by one; more of it would say nothing new. */
const damageMax = 1_000

/**
 * Checks that each stream of a ledger is whole: revisions without a gap, each event naming the hash of
 * the one before it, and all of them readable. The newest event of a stream is named by nobody yet.
 */
export const verifyChains = async (
  store: EventStore,
  onEvents: (events: number) => void,
): Promise<E.Either<ReadError, ChainsVerified>> => {
  const damage: ChainDamage[] = []
  let [streams, events] = [0, 0]
  for (const category of categories) {
    const named = await store.streams(category)()
    if (E.isLeft(named)) return named
    for (const stream of named.right) {
      const found = await verifyStream(store, stream, (one) => {
        if (damage.length < damageMax) damage.push(one)
      })
      if (E.isLeft(found)) return found
      streams += 1
      events += found.right
      onEvents(events)
    }
  }
  return E.right({ streams, events, damage })
}

type Seen = { revision: bigint; hash: string }

const verifyStream = async (
  store: EventStore,
  stream: string,
  onDamage: (damage: ChainDamage) => void,
): Promise<E.Either<ReadError, number>> => {
  const seen: Seen = { revision: -1n, hash: hashBeforeFirst }
  let events = 0
  for await (const page of streamPages(store, { stream, from: 'start' })) {
    if (E.isLeft(page)) return page
    for (const event of page.right) {
      for (const damage of damageOf(seen, event)) onDamage(damage)
      seen.revision = event.revision
      seen.hash = eventHash(event)
      events += 1
    }
  }
  return E.right(events)
}

const damageOf = (seen: Seen, event: RecordedEvent): ReadonlyArray<ChainDamage> => {
  const { stream, revision, position } = event
  const at = { stream, revision, position }
  const isNext = revision === seen.revision + 1n
  const decoded = decodeEvent(event)
  return [
    ...(isNext
      ? []
      : [{ ...at, what: 'missing' as const, problem: 'events before it are missing' }]),
    ...(isNext && prevOf(event) !== seen.hash
      ? [{ ...at, what: 'chain' as const, problem: 'it does not name the event before it' }]
      : []),
    ...(E.isLeft(decoded)
      ? [{ ...at, what: 'unreadable' as const, problem: decoded.left.problem }]
      : []),
  ]
}

const prevOf = ({ metadata }: RecordedEvent): unknown => {
  const parsed = E.tryCatch(
    (): unknown => JSON.parse(metadata),
    () => undefined,
  )
  return E.isRight(parsed) && isObject(parsed.right) ? parsed.right['prev'] : undefined
}
