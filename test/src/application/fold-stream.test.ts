import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/Array'
import type { StreamItem } from '../../../domain/events'
import type { Projection } from '../../../projections/projection'
import { emptyHead, headOf, sealEvents } from '../../../src/adapters/codec'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { foldStream } from '../../../src/application/fold-stream'
import type { EventStore, RecordedEvent } from '../../../src/ports/event-store'
import type { Snapshot } from '../../../src/ports/snapshot-store'
import { anUnsealed } from '../../support/codec-round-trip'
import { uuidOf } from '../../support/event-builders'
import { eventsOf, rightOf } from '../../support/event-store-contract'
import { memorySnapshotStore } from '../../support/memory-snapshot-store'
import { sealedEvents } from '../../support/sealed-events'

const stream = 'link-isp'

type View = { readonly seen: ReadonlyArray<string>; readonly last: bigint }

/** A projection that remembers what it was fed, and how often it was fed anything. */
const remembering = (version = 1) => {
  const fed: bigint[] = []
  const projection: Projection<View> = {
    name: 'remembering',
    version,
    initial: { seen: [], last: -1n },
    evolve: (view, item: StreamItem) => {
      fed.push(item.revision)
      const what = item.type === 'LinkHeld' ? item.data.reason : item.type
      return { seen: [...view.seen, what], last: item.revision }
    },
  }
  return { projection, fed }
}

/** Appends events until the stream has so many. */
const grow = async (store: EventStore, to: number): Promise<void> => {
  const stored = await eventsOf(store, stream)
  const newest = stored.at(-1)
  const head = newest === undefined ? emptyHead(stream) : headOf(newest)
  const events = Array.from({ length: to - stored.length }, (_, index) => ({
    ...anUnsealed({ type: 'LinkHeld', data: { reason: `r${stored.length + index}` } }),
    id: uuidOf(stored.length + index + 1),
  }))
  if (!isNonEmpty(events)) return
  const sealed = sealEvents(head, events)
  if (E.isLeft(sealed)) throw new Error(sealed.left.why)
  await rightOf(store.append(stream, head.revision, sealed.right.events))
}

const reasons = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `r${index}`)

describe('folding a stream', () => {
  it('gives the initial view and an empty head of a stream that is not there', async () => {
    const { projection } = remembering()
    expect(await rightOf(foldStream(memoryEventStore())(projection, stream))).toMatchObject({
      view: projection.initial,
      head: emptyHead(stream),
    })
  })

  it('gives the view of every event in order over several pages, and where the stream ends', async () => {
    const store = memoryEventStore()
    await grow(store, 1203)
    const { projection, fed } = remembering()
    const { view, head } = await rightOf(foldStream(store)(projection, stream))
    expect(view.seen).toEqual(reasons(1203))
    expect(fed).toHaveLength(1203)
    expect(head).toEqual(headOf((await eventsOf(store, stream)).at(-1)!))
  })

  it('feeds the fold the place of an event that cannot be read', async () => {
    const store = memoryEventStore()
    await rightOf(store.append(stream, 'no_stream', sealedEvents(1)))
    const { view } = await rightOf(foldStream(store)(remembering().projection, stream))
    expect(view.seen).toEqual(['Unreadable'])
  })

  it('gives the error of a store that fails at a later page', async () => {
    const store = memoryEventStore()
    await grow(store, 501)
    const failing: EventStore = {
      ...store,
      readStream: (range) =>
        range.from === 'start'
          ? store.readStream(range)
          : () => Promise.resolve(E.left({ _tag: 'Unavailable', why: 'gone' })),
    }
    expect(await foldStream(failing)(remembering().projection, stream)()).toEqual(
      E.left({ _tag: 'Unavailable', why: 'gone' }),
    )
  })
})

describe('folding a stream with snapshots', () => {
  const setUp = async (count: number) => {
    const store = memoryEventStore()
    const snapshots = memorySnapshotStore()
    await grow(store, count)
    const fold = (version?: number) => {
      const { projection, fed } = remembering(version)
      return { fed, folded: rightOf(foldStream(store, snapshots)(projection, stream)) }
    }
    return { store, snapshots, fold }
  }

  it('keeps none before 64 events follow the last one, and one then', async () => {
    const { store, snapshots, fold } = await setUp(63)
    await fold().folded
    expect(snapshots.saved).toHaveLength(0)
    await grow(store, 64)
    await fold().folded
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([63n])
    await grow(store, 127)
    await fold().folded
    expect(snapshots.saved).toHaveLength(1)
    await grow(store, 128)
    await fold().folded
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([63n, 127n])
  })

  it('folds only the tail, to the same view and head as from the start', async () => {
    const { store, fold } = await setUp(100)
    await fold().folded
    await grow(store, 130)
    const { fed, folded } = fold()
    const { projection } = remembering()
    expect(await folded).toMatchObject(await rightOf(foldStream(store)(projection, stream)))
    expect(fed).toEqual(Array.from({ length: 30 }, (_, index) => BigInt(100 + index)))
  })

  it('folds nothing at all when the snapshot is of the newest event', async () => {
    const { fold } = await setUp(64)
    await fold().folded
    const { fed, folded } = fold()
    expect((await folded).view).toEqual({ seen: reasons(64), last: 63n })
    expect(fed).toEqual([])
  })

  const other = (text: string): string => `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`
  const spoiled: ReadonlyArray<[string, (snapshot: Snapshot) => Snapshot]> = [
    ['its view has a flipped bit', (one) => ({ ...one, view: one.view.replace('r7', 'r6') })],
    ['its view is cut short', (one) => ({ ...one, view: one.view.slice(0, -9) })],
    ['its hash has a flipped bit', (one) => ({ ...one, hash: other(one.hash) })],
    ['its head has a flipped bit', (one) => ({ ...one, head: other(one.head) })],
    ['its revision is another', (one) => ({ ...one, revision: one.revision - 1n })],
    ['it is of another version', (one) => ({ ...one, version: 2 })],
    ['it is of another stream', (one) => ({ ...one, stream: 'link-other' })],
    ['it is of another projection', (one) => ({ ...one, projection: 'attempts' })],
  ]

  it.each(spoiled)('G25: folds everything anew when %s', async (_, change) => {
    const { snapshots, fold } = await setUp(100)
    await fold().folded
    snapshots.spoil(change)
    const { fed, folded } = fold()
    expect((await folded).view).toEqual({ seen: reasons(100), last: 99n })
    expect(fed).toHaveLength(100)
  })

  it('G25: folds everything anew when a sound snapshot is of another history', async () => {
    const { snapshots, fold } = await setUp(100)
    await fold().folded
    const restored = memoryEventStore()
    await grow(restored, 50)
    const shorter = remembering()
    const folded = await rightOf(foldStream(restored, snapshots)(shorter.projection, stream))
    expect(folded.view.seen).toEqual(reasons(50))
    const rewritten = await rewrittenStore(100)
    const { projection, fed } = remembering()
    await rightOf(foldStream(rewritten, snapshots)(projection, stream))
    expect(fed).toHaveLength(100)
  })

  it('folds anew after the version of the projection has changed', async () => {
    const { fold } = await setUp(100)
    await fold(1).folded
    const { fed, folded } = fold(2)
    await folded
    expect(fed).toHaveLength(100)
  })

  it('keeps no snapshot of a projection of version 0, nor of a stream with an unreadable event', async () => {
    const { store, snapshots, fold } = await setUp(100)
    await fold(0).folded
    await rightOf(store.append(stream, 99n, sealedEvents(5000)))
    await fold().folded
    expect(snapshots.saved).toEqual([])
  })

  it('folds everything when snapshots can be neither read nor written', async () => {
    const { store } = await setUp(100)
    const error = E.left({ _tag: 'SnapshotsUnavailable', why: 'no disk', cause: null } as const)
    const failing = {
      load: () => () => Promise.resolve(error),
      save: () => () => Promise.resolve(error),
      close: () => Promise.resolve(),
    }
    const { projection } = remembering()
    const folded = await rightOf(foldStream(store, failing)(projection, stream))
    expect(folded.view.seen).toEqual(reasons(100))
  })
})

/** A store with as many events, but other ones. */
const rewrittenStore = async (count: number): Promise<EventStore> => {
  const store = memoryEventStore()
  const sealed = sealEvents(emptyHead(stream), [
    { ...anUnsealed({ type: 'LinkHeld', data: { reason: 'r0' } }), id: uuidOf(9_999) },
  ])
  if (E.isLeft(sealed)) throw new Error(sealed.left.why)
  await rightOf(store.append(stream, 'no_stream', sealed.right.events))
  const first: ReadonlyArray<RecordedEvent> = await eventsOf(store, stream)
  expect(first).toHaveLength(1)
  await grow(store, count)
  return store
}
