import { isNonEmpty } from 'fp-ts/Array'
import fc from 'fast-check'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  checkpointText,
  parseCheckpoint,
  positionOf,
  type Checkpoint,
} from '../../src/application/checkpoint'
import { subscription, type SubscriptionMessage } from '../../src/application/subscription'
import type { EventStore, ExpectedRevision, RecordedEvent } from '../../src/ports/event-store'
import { leftOf, rightOf } from './event-store-contract'
import { sealedEvent, uuidOf } from './sealed-events'
import { testLedgerId } from './sqlite-ledger'
import { wordsBroken, type Deliveries } from './subscription-words'

type Told = Extract<SubscriptionMessage, { _tag: 'Page' }>

/** An append of so many events to a stream. */
type Append = { readonly stream: string; readonly size: number }

const append = fc.record({
  stream: fc.constantFrom('link-a', 'link-b', 'source-x', 'site-policy'),
  size: fc.integer({ min: 1, max: 4 }),
})

const story = fc.record({
  before: fc.array(append, { maxLength: 8 }),
  meanwhile: fc.array(append, { maxLength: 8 }),
  /** After how many pages the subscriber is ended and begins again, each time. */
  ends: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  pageSize: fc.integer({ min: 1, max: 6 }),
  wanted: fc.constantFrom('all', 'link-a', 'link-nobody'),
  /** The answer of a read comes turns after it was read: what was appended meanwhile is not in it. */
  slowReads: fc.boolean(),
})

type Story = typeof story extends fc.Arbitrary<infer A> ? A : never

/** Appends one after the other, each event telling how many follow, and keeps what was appended. */
const writerOn = (store: EventStore) => {
  const heads = new Map<string, ExpectedRevision>()
  const appends: string[][] = []
  let number = 0
  const write = async ({ stream, size }: Append): Promise<void> => {
    const events = Array.from({ length: size }, (_, index) => {
      const more = size - 1 - index
      const metadata = JSON.stringify({ ...(more > 0 ? { more } : {}), schema: 1 })
      return sealedEvent((number += 1), { metadata })
    })
    if (!isNonEmpty(events)) return
    const expected = heads.get(stream) ?? 'no_stream'
    const { revision } = await rightOf(store.append(stream, expected, events))
    heads.set(stream, revision)
    appends.push(events.map(({ id }) => id))
  }
  return { write, appends }
}

const ending = { stream: 'link-end', size: 1 }

const readingSlowly = (store: EventStore): EventStore => ({
  ...store,
  readAll: (range) => async () => {
    const page = await store.readAll(range)()
    for (let turn = 0; turn < 3; turn += 1) await nextTurn()
    return page
  },
})

/** One begin of a subscriber: its pages until it has had enough, or has seen the last event. */
const subscriber = async (
  store: EventStore,
  { pageSize, wanted, slowReads }: Story,
  { after, pagesMax }: { readonly after: Checkpoint | null; readonly pagesMax: number },
): Promise<ReadonlyArray<Told>> => {
  const pages: Told[] = []
  const wants = wantsOf(wanted)
  const request = { ledgerId: testLedgerId, after, wants, pageSize }
  for await (const message of subscription(slowReads ? readingSlowly(store) : store, request)) {
    if (message._tag === 'Interrupted' || message._tag === 'Failed') {
      throw new Error(`unexpected: ${message.error.why}`)
    }
    if (message._tag !== 'Page') continue
    pages.push(message)
    if (message.checkpoint.stream === ending.stream || pages.length >= pagesMax) break
  }
  return pages
}

const wantsOf = (wanted: string) => (event: RecordedEvent) =>
  wanted === 'all' || event.stream === wanted

/** Keeps a checkpoint as text and finds its place again, as a process that starts afresh does. */
const keptAndFound = async (store: EventStore, checkpoint: Checkpoint): Promise<Checkpoint> => {
  const parsed = await rightOf(() => Promise.resolve(parseCheckpoint(checkpointText(checkpoint))))
  const position = await rightOf(() => positionOf(store, testLedgerId)(parsed))
  return { ...parsed, position }
}

const played = async (store: EventStore, told: Story): Promise<ReadonlyArray<string>> => {
  const { write, appends } = writerOn(store)
  for (const one of told.before) await write(one)
  const writing = (async () => {
    for (const one of [...told.meanwhile, ending]) {
      await nextTurn()
      await write(one)
    }
  })()
  const deliveries: Array<Deliveries[number]> = []
  let after: Checkpoint | null = null
  for (const pagesMax of [...told.ends, Infinity]) {
    const pages: ReadonlyArray<Told> = await subscriber(store, told, { after, pagesMax })
    deliveries.push(pages)
    const last = pages.at(-1)
    if (last === undefined || last.checkpoint.stream === ending.stream) break
    after = await keptAndFound(store, last.checkpoint)
  }
  await writing
  const { events } = await rightOf(store.readAll({ after: null, categories: null, limit: 1000 }))
  return wordsBroken(deliveries, { events, appends, wants: wantsOf(told.wanted) })
}

/** What a subscription keeps to on every store; `open` gives an empty one, `runs`: stories tried. */
export const describeSubscription = (
  name: string,
  runs: number,
  open: () => Promise<EventStore>,
): void => {
  describe(`a subscription: ${name}`, () => {
    it('is ordered, unique, atomic, reliable, resumable and bookmarkable', async () => {
      await fc.assert(
        fc.asyncProperty(story, async (told) => {
          const store = await open()
          try {
            expect(await played(store, told)).toEqual([])
          } finally {
            await store.close()
          }
        }),
        { numRuns: runs },
      )
    })

    describe('telling', () => {
      telling(open)
    })
    describe('going on from a checkpoint', () => {
      goingOn(open)
    })
  })
}

const telling = (open: () => Promise<EventStore>): void => {
  it('says once that it has caught up, then that it fell behind, and that it caught up again', async () => {
    const store = await open()
    const { write } = writerOn(store)
    await write({ stream: 'link-a', size: 3 })
    const said: string[] = []
    const request = { ledgerId: testLedgerId, after: null, wants: () => true, pageSize: 2 }
    for await (const message of subscription(store, request)) {
      said.push(message._tag)
      if (said.length === 2) for (let more = 5; more > 0; more -= 1) await write(single)
      if (message._tag === 'CaughtUp' && said.length > 2) break
    }
    expect(said).toEqual(['Page', 'CaughtUp', 'FellBehind', 'Page', 'Page', 'Page', 'CaughtUp'])
    await store.close()
  })

  it('catches up with a ledger that holds nothing', async () => {
    const store = await open()
    const request = { ledgerId: testLedgerId, after: null, wants: () => true }
    for await (const message of subscription(store, request)) {
      expect(message).toEqual({ _tag: 'CaughtUp', checkpoint: null })
      break
    }
    await store.close()
  })

  it('ends when it is told to, also while it waits', async () => {
    const store = await open()
    const end = new AbortController()
    const said: string[] = []
    const request = { ledgerId: testLedgerId, after: null, wants: () => true, signal: end.signal }
    for await (const message of subscription(store, request)) {
      said.push(message._tag)
      setTimeout(() => end.abort(), 1)
    }
    expect(said).toEqual(['CaughtUp'])
    await store.close()
  })
}

const single = { stream: 'link-a', size: 1 }

const goingOn = (open: () => Promise<EventStore>): void => {
  const withOneEvent = async () => {
    const store = await open()
    await writerOn(store).write(single)
    const there: Checkpoint = {
      ledgerId: testLedgerId,
      position: 1n,
      stream: single.stream,
      revision: 0n,
      eventId: uuidOf(1),
    }
    return { store, there, find: positionOf(store, testLedgerId) }
  }

  it('finds the event again whatever its position is here', async () => {
    const { store, there, find } = await withOneEvent()
    const { events } = await rightOf(store.readAll({ after: null, categories: null, limit: 9 }))
    const moved = { ...there, position: 4711n }
    expect(await rightOf(() => find(moved))).toBe(events[0]?.position)
    await store.close()
  })

  it('refuses the checkpoint of another ledger', async () => {
    const { store, there, find } = await withOneEvent()
    const foreign = { ...there, ledgerId: uuidOf(9) }
    expect(await leftOf(() => find(foreign))).toMatchObject({ _tag: 'ForeignLedger' })
    await store.close()
  })

  it.each([
    ['beyond the end of its stream', { revision: 1n }],
    ['with another id at its place', { eventId: uuidOf(8) }],
  ])('refuses a ledger that was rolled back: an event %s', async (_name, lost) => {
    const { store, there, find } = await withOneEvent()
    const checkpoint = { ...there, ...lost }
    expect(await leftOf(() => find(checkpoint))).toEqual({ _tag: 'RolledBack', checkpoint })
    await store.close()
  })
}
