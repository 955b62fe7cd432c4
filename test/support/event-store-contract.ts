import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import {
  eventBytesMax,
  type EventStore,
  type Page,
  type RecordedEvent,
} from '../../src/ports/event-store'
import { sealedEvent, sealedEvents, uuidOf } from './sealed-events'

/** The value on the right; fails the test on the left. */
export const rightOf = async <Left, Right>(task: TaskEither<Left, Right>): Promise<Right> => {
  const result = await task()
  if (E.isRight(result)) return result.right
  throw new Error(`unexpected left: ${JSON.stringify(result.left, null, 1)}`)
}

/** The value on the left; fails the test on the right. */
export const leftOf = async <Left, Right>(task: TaskEither<Left, Right>): Promise<Left> => {
  const result = await task()
  if (E.isLeft(result)) return result.left
  throw new Error('unexpected right')
}

const idsOf = (page: Page): ReadonlyArray<string> => page.events.map((event) => event.id)

const ids = (...numbers: ReadonlyArray<number>): ReadonlyArray<string> => numbers.map(uuidOf)

const from = (stream: string, overrides: Partial<Parameters<EventStore['readStream']>[0]> = {}) =>
  ({ stream, direction: 'forwards', from: 'start', limit: 100, ...overrides }) as const

/** What stores may differ in. */
export type StoreTraits = {
  /**
   * A place after which nothing is: an empty page, or, where places do not go on from where a log
   * was rolled back to, the error that it was.
   */
  readonly beyondTheEnd: 'nothing' | 'rolled back'
}

/** What every event store does; `open` gives an empty one. */
export const describeEventStore = (
  name: string,
  open: () => Promise<EventStore>,
  traits: StoreTraits = { beyondTheEnd: 'nothing' },
): void => {
  describe(`an event store: ${name}`, () => {
    let store: EventStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(async () => {
      await store.close()
    })

    describe('appending', () => {
      appending(() => store)
    })
    describe('repeating an append', () => {
      repeating(() => store)
    })
    describe('refusing', () => {
      refusing(() => store)
    })
    describe('reading a stream', () => {
      readingStreams(() => store)
    })
    describe('reading the ledger', () => {
      readingAll(() => store, traits)
    })
    describe('listening', () => {
      listening(() => store)
    })
  })
}

const appending = (store: () => EventStore): void => {
  it('gives the first event of a stream revision 0', async () => {
    const appended = await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    expect(appended).toMatchObject({ revision: 0n, repeated: false })
  })

  it('gives the revision and the position of the last of several events', async () => {
    const appended = await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
    const page = await rightOf(store().readStream(from('link-a')))
    expect(appended.revision).toBe(2n)
    expect(appended.position).toBe(page.events[2]?.position)
    expect(page.events.map((event) => event.revision)).toEqual([0n, 1n, 2n])
  })

  it('counts revisions for each stream apart', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    expect(await rightOf(store().append('link-b', 'no_stream', sealedEvents(3)))).toMatchObject({
      revision: 0n,
    })
    expect(await rightOf(store().append('link-a', 1n, sealedEvents(4)))).toMatchObject({
      revision: 2n,
    })
  })

  it('keeps texts as they are, of event types that nobody knows, too', async () => {
    const odd = sealedEvent(1, {
      type: 'Ünknown☂',
      data: '{"b":1,"a":"\u2028😀"}',
      metadata: 'no json',
    })
    await rightOf(store().append('link-ümlaut ☂', 'no_stream', [odd]))
    const page = await rightOf(store().readStream(from('link-ümlaut ☂')))
    expect(page.events[0]).toEqual({
      ...odd,
      stream: 'link-ümlaut ☂',
      revision: 0n,
      position: expect.any(BigInt),
    })
  })

  it('reports where the stream ends when another revision was expected', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    for (const expected of ['no_stream', 0n, 2n, 7n] as const)
      expect(await leftOf(store().append('link-a', expected, sealedEvents(3)))).toEqual({
        _tag: 'Conflict',
        stream: 'link-a',
        actual: 1n,
      })
  })

  it('reports that there is no stream when one was expected', async () => {
    expect(await leftOf(store().append('link-a', 0n, sealedEvents(1)))).toEqual({
      _tag: 'Conflict',
      stream: 'link-a',
      actual: 'no_stream',
    })
  })

  it('lets one of several appends of one turn win, and tells the others', async () => {
    const results = await Promise.all(
      [1, 2, 3].map((number) => store().append('link-a', 'no_stream', sealedEvents(number))()),
    )
    expect(results.filter(E.isRight)).toHaveLength(1)
    expect(results.filter(E.isLeft).map(({ left }) => left._tag)).toEqual(['Conflict', 'Conflict'])
    const page = await rightOf(store().readStream(from('link-a')))
    expect(page.events).toHaveLength(1)
  })

  it('does not let a conflict spoil the other appends of its turn', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    const results = await Promise.all([
      store().append('link-b', 'no_stream', sealedEvents(2))(),
      store().append('link-a', 'no_stream', sealedEvents(3, 4))(),
      store().append('link-c', 'no_stream', sealedEvents(5))(),
      store().append('link-a', 0n, sealedEvents(6))(),
    ])
    expect(results.map(E.isRight)).toEqual([true, false, true, true])
    expect(
      idsOf(await rightOf(store().readAll({ after: null, categories: null, limit: 9 }))),
    ).toEqual(ids(1, 2, 5, 6))
  })

  it('makes appends of one turn to one stream one after the other', async () => {
    const results = await Promise.all([
      rightOf(store().append('link-a', 'no_stream', sealedEvents(1))),
      rightOf(store().append('link-a', 0n, sealedEvents(2))),
      rightOf(store().append('link-a', 1n, sealedEvents(3))),
    ])
    expect(results.map(({ revision }) => revision)).toEqual([0n, 1n, 2n])
  })
}

const repeating = (store: () => EventStore): void => {
  it('gives the original result and adds nothing', async () => {
    const original = await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    await rightOf(store().append('link-a', 1n, sealedEvents(3)))
    const again = await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    expect(again).toEqual({ ...original, repeated: true })
    expect((await rightOf(store().readStream(from('link-a')))).events).toHaveLength(3)
  })

  it('gives the original result in the middle of a stream', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    const original = await rightOf(store().append('link-a', 0n, sealedEvents(2)))
    const again = await rightOf(store().append('link-a', 0n, sealedEvents(2)))
    expect(again).toEqual({ ...original, repeated: true })
  })

  it('stores the same append of one turn once', async () => {
    const both = await Promise.all([
      rightOf(store().append('link-a', 'no_stream', sealedEvents(1))),
      rightOf(store().append('link-a', 'no_stream', sealedEvents(1))),
    ])
    expect(both.map(({ repeated }) => repeated)).toEqual([false, true])
    expect((await rightOf(store().readStream(from('link-a')))).events).toHaveLength(1)
  })

  it('is a conflict when only some of the events are there', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    expect(await leftOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))).toEqual({
      _tag: 'Conflict',
      stream: 'link-a',
      actual: 0n,
    })
    expect((await rightOf(store().readStream(from('link-a')))).events).toHaveLength(1)
  })

  it('is a conflict when the events are there in another order or at another revision', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    expect(await leftOf(store().append('link-a', 'no_stream', sealedEvents(2, 1)))).toMatchObject({
      _tag: 'Conflict',
    })
    expect(await leftOf(store().append('link-a', 'no_stream', sealedEvents(2)))).toMatchObject({
      _tag: 'Conflict',
    })
  })
}

const refusing = (store: () => EventStore): void => {
  const half = eventBytesMax / 2

  it('accepts an event of the most bytes and refuses one of a byte more', async () => {
    const largest = sealedEvent(1, { data: 'é'.repeat(half / 2), metadata: 'x'.repeat(half) })
    const larger = { ...largest, metadata: `${largest.metadata}x` }
    expect(await leftOf(store().append('link-a', 'no_stream', [larger]))).toEqual({
      _tag: 'TooLarge',
      bytes: eventBytesMax + 1,
      bytesMax: eventBytesMax,
    })
    await rightOf(store().append('link-a', 'no_stream', [largest]))
    const page = await rightOf(store().readStream(from('link-a')))
    expect(page.events[0]?.data).toBe(largest.data)
  })

  it.each([
    ['a lone surrogate in its data', { data: '"\ud800"' }],
    ['a lone surrogate in its metadata', { metadata: '"\udfff"' }],
    ['NUL in its data', { data: '"a\0b"' }],
    ['NUL in its type', { type: 'a\0' }],
    ['no type', { type: '' }],
    ['an id that is no UUID', { id: 'attempt-1' }],
    ['an id in upper case', { id: 'ABCDEF00-0000-4000-8000-000000000000' }],
  ])('refuses an event with %s, and those appended with it', async (_, overrides) => {
    const events = [sealedEvent(1), sealedEvent(2, overrides)] as const
    const error = await leftOf(store().append('link-a', 'no_stream', [...events]))
    expect(error._tag).toBe('InvalidEvent')
    expect((await rightOf(store().readStream(from('link-a')))).events).toEqual([])
  })

  it.each(['', 'link', 'link-', '-a', 'link-\ud800', 'link-a\0'])(
    'refuses %j as a stream',
    async (stream) => {
      const error = await leftOf(store().append(stream, 'no_stream', sealedEvents(1)))
      expect(error._tag).toBe('InvalidEvent')
    },
  )

  it('refuses one id twice in one append', async () => {
    const error = await leftOf(store().append('link-a', 'no_stream', sealedEvents(1, 1)))
    expect(error._tag).toBe('InvalidEvent')
  })
}

const readingStreams = (store: () => EventStore): void => {
  const append = async (): Promise<void> => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2, 3, 4, 5)))
    await rightOf(store().append('link-b', 'no_stream', sealedEvents(6)))
  }

  it('tells which event a stream ends with, and that there is none', async () => {
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    await rightOf(store().append('link-b', 'no_stream', sealedEvents(3)))
    const { id, metadata } = sealedEvent(2)
    expect(await rightOf(store().newest('link-a'))).toMatchObject({ id, revision: 1n, metadata })
    expect(await rightOf(store().newest('link-c'))).toBeNull()
  })

  it('names the position of the last event of all, null before there is one', async () => {
    expect(await rightOf(store().end)).toBeNull()
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1, 2)))
    const { position } = await rightOf(store().append('link-b', 'no_stream', sealedEvents(3)))
    expect(await rightOf(store().end)).toBe(position)
  })

  it('gives an empty page of a stream that is not there', async () => {
    for (const direction of ['forwards', 'backwards'] as const)
      expect(await rightOf(store().readStream(from('link-a', { direction })))).toEqual({
        events: [],
        next: null,
      })
  })

  it('gives pages oldest first, each naming the revision to go on from', async () => {
    await append()
    const pages = await pagesOf((next) =>
      store().readStream(from('link-a', { from: next ?? 'start', limit: 2 })),
    )
    expect(pages.map(idsOf)).toEqual([ids(1, 2), ids(3, 4), ids(5)])
    expect(pages.map(({ next }) => next)).toEqual([2n, 4n, null])
  })

  it('gives pages newest first, each naming the revision to go on from', async () => {
    await append()
    const pages = await pagesOf((next) =>
      store().readStream(from('link-a', { direction: 'backwards', from: next ?? 'end', limit: 2 })),
    )
    expect(pages.map(idsOf)).toEqual([ids(5, 4), ids(3, 2), ids(1)])
    expect(pages.map(({ next }) => next)).toEqual([2n, 0n, null])
  })

  it('includes the revision to read from, in either direction', async () => {
    await append()
    const forwards = await rightOf(store().readStream(from('link-a', { from: 3n })))
    expect(idsOf(forwards)).toEqual(ids(4, 5))
    const backwards = await rightOf(
      store().readStream(from('link-a', { from: 1n, direction: 'backwards' })),
    )
    expect(idsOf(backwards)).toEqual(ids(2, 1))
  })

  it('gives the newest event alone forwards from the end, the oldest backwards from the start', async () => {
    await append()
    const newest = await rightOf(store().readStream(from('link-a', { from: 'end' })))
    expect(newest).toEqual({ events: [expect.objectContaining({ revision: 4n })], next: null })
    const oldest = await rightOf(
      store().readStream(from('link-a', { from: 'start', direction: 'backwards' })),
    )
    expect(oldest).toEqual({ events: [expect.objectContaining({ revision: 0n })], next: null })
  })

  it('starts a backwards read beyond the end at the end', async () => {
    await append()
    const page = await rightOf(
      store().readStream(from('link-a', { from: 99n, direction: 'backwards', limit: 1 })),
    )
    expect(idsOf(page)).toEqual(ids(5))
  })

  it('gives an empty page beyond the end, and names no next when the end is reached exactly', async () => {
    await append()
    expect(await rightOf(store().readStream(from('link-a', { from: 5n })))).toEqual({
      events: [],
      next: null,
    })
    const exact = await rightOf(store().readStream(from('link-a', { limit: 5 })))
    expect(exact.next).toBeNull()
  })
}

const readingAll = (store: () => EventStore, { beyondTheEnd }: StoreTraits): void => {
  const append = async (): Promise<void> => {
    await rightOf(store().append('site-ledger', 'no_stream', sealedEvents(1)))
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(2, 3)))
    await rightOf(store().append('source-log', 'no_stream', sealedEvents(4)))
    await rightOf(store().append('link-b', 'no_stream', sealedEvents(5)))
    await rightOf(store().append('link-a', 1n, sealedEvents(6)))
  }

  it('gives the events of all streams in the order in which they were appended', async () => {
    await append()
    const pages = await pagesOf((after) => store().readAll({ after, categories: null, limit: 4 }))
    expect(pages.map(idsOf)).toEqual([ids(1, 2, 3, 4), ids(5, 6)])
    const positions = pages.flatMap(({ events }) => events.map(({ position }) => position))
    expect([...new Set(positions)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(positions)
  })

  it('goes on after a position, that one excluded', async () => {
    await append()
    const all = await rightOf(store().readAll({ after: null, categories: null, limit: 99 }))
    for (const { position } of all.events) {
      const rest = await rightOf(store().readAll({ after: position, categories: null, limit: 99 }))
      expect(rest.events).toEqual(all.events.filter((event) => event.position > position))
    }
  })

  it('keeps only the wanted categories: what is before the first dash of a stream', async () => {
    await append()
    const readCategories = async (...categories: ReadonlyArray<string>) => {
      const pages = await pagesOf((after) => store().readAll({ after, categories, limit: 2 }))
      return pages.flatMap(idsOf)
    }
    expect(await readCategories('link')).toEqual(ids(2, 3, 5, 6))
    expect(await readCategories('site')).toEqual(ids(1))
    expect(await readCategories('site', 'source')).toEqual(ids(1, 4))
    expect(await readCategories('lin')).toEqual([])
    expect(await readCategories()).toEqual([])
  })

  it('names where to go on only while there is more', async () => {
    await append()
    const exact = await rightOf(store().readAll({ after: null, categories: null, limit: 6 }))
    expect(exact.events).toHaveLength(6)
    expect(exact.next).toBeNull()
    const beyond = store().readAll({ after: 10n ** 15n, categories: null, limit: 6 })
    if (beyondTheEnd === 'nothing')
      expect(await rightOf(beyond)).toEqual({ events: [], next: null })
    else expect(await leftOf(beyond)).toMatchObject({ _tag: 'Corrupt' })
  })

  it('gives every event the same place in either kind of read', async () => {
    await append()
    const all = await rightOf(store().readAll({ after: null, categories: ['link'], limit: 99 }))
    const stream = await rightOf(store().readStream(from('link-a')))
    expect(all.events.filter((event) => event.stream === 'link-a')).toEqual(stream.events)
  })

  it('names the streams of a category in the order of their first events', async () => {
    await append()
    expect(await rightOf(store().streams('link'))).toEqual(['link-a', 'link-b'])
    expect(await rightOf(store().streams('site'))).toEqual(['site-ledger'])
    expect(await rightOf(store().streams('none'))).toEqual([])
  })
}

const listening = (store: () => EventStore): void => {
  it('wakes every listener after an append', async () => {
    let first = (): void => undefined
    let second = (): void => undefined
    const woken = Promise.all([
      new Promise<void>((resolve) => (first = resolve)),
      new Promise<void>((resolve) => (second = resolve)),
    ])
    store().changes(() => first())
    store().changes(() => second())
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    await woken
  })

  it('leaves a listener alone that has been stopped', async () => {
    let stoppedWakes = 0
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => (wake = resolve))
    store().changes(() => stoppedWakes++)()
    store().changes(() => wake())
    await rightOf(store().append('link-a', 'no_stream', sealedEvents(1)))
    await woken
    expect(stoppedWakes).toBe(0)
  })
}

const pagesMax = 100

/** All the pages that follow from one another. */
const pagesOf = async (
  read: (next: bigint | null) => TaskEither<unknown, Page>,
): Promise<ReadonlyArray<Page>> => {
  const pages: Page[] = []
  let next: bigint | null = null
  do {
    const page: Page = await rightOf(read(next))
    pages.push(page)
    next = page.next
  } while (next !== null && pages.length < pagesMax)
  return pages
}

/** The events of a stream, all in one page. */
export const eventsOf = async (
  store: EventStore,
  stream: string,
): Promise<ReadonlyArray<RecordedEvent>> =>
  (await rightOf(store.readStream(from(stream, { limit: 100_000 })))).events
