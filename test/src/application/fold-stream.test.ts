import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/Array'
import type { StreamItem } from '../../../domain/events'
import type { Projection } from '../../../projections/projection'
import { emptyHead, headOf, sealEvents } from '../../../src/adapters/codec'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { foldStream } from '../../../src/application/fold-stream'
import { liveViews } from '../../../src/application/live-views'
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

  it('folds everything anew on a copy of the ledger, where events have other positions', async () => {
    const { store, snapshots, fold } = await setUp(100)
    await fold().folded
    const copy = memoryEventStore()
    await rightOf(copy.append('link-other', 'no_stream', sealedEvents(5000)))
    const [first, ...rest] = await eventsOf(store, stream)
    if (first === undefined) throw new Error('nothing to copy')
    await rightOf(copy.append(stream, 'no_stream', [first, ...rest]))
    const { projection, fed } = remembering()
    await rightOf(foldStream(copy, snapshots)(projection, stream))
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

describe('folding a stream that this process remembers', () => {
  const setUp = async (count: number) => {
    let store = memoryEventStore()
    const reads: string[] = []
    const snapshots = memorySnapshotStore()
    const load: typeof snapshots.load = (key) => {
      reads.push('snapshot')
      return snapshots.load(key)
    }
    const watched: EventStore = {
      ...store,
      newest: (name) => store.newest(name),
      readStream: (range) => {
        reads.push(`from ${range.from}`)
        return store.readStream(range)
      },
    }
    await grow(store, count)
    const live = liveViews()
    const fold = async () => {
      reads.splice(0)
      const { projection, fed } = remembering()
      const folded = await rightOf(
        foldStream(watched, { ...snapshots, load }, live)(projection, stream),
      )
      return { ...folded, fed: [...fed], reads: [...reads] }
    }
    const replaceStore = (other: EventStore) => {
      store = other
    }
    return { fold, grow: (to: number) => grow(store, to), snapshots, replaceStore, store }
  }

  it('reads neither snapshot nor page while nothing is appended', async () => {
    const { fold } = await setUp(70)
    const first = await fold()
    const second = await fold()
    expect(second).toMatchObject({ view: first.view, head: first.head, fed: [], reads: [] })
  })

  it('is fed what was appended since, and nothing else', async () => {
    const { fold, grow: growTo } = await setUp(70)
    await fold()
    await growTo(73)
    const { view, fed, reads } = await fold()
    expect({ view, fed, reads }).toEqual({
      view: { seen: reasons(73), last: 72n },
      fed: [70n, 71n, 72n],
      reads: ['from 69'],
    })
  })

  it('sees the first event of a stream that was empty', async () => {
    const { fold, grow: growTo } = await setUp(0)
    await fold()
    await growTo(1)
    expect((await fold()).view.seen).toEqual(['r0'])
  })

  it('writes a snapshot whenever 64 events follow the last one', async () => {
    const { fold, grow: growTo, snapshots } = await setUp(1)
    for (let count = 1; count <= 130; count += 3) {
      await growTo(count)
      await fold()
    }
    expect(snapshots.saved.map(({ revision }) => revision)).toEqual([63n, 129n])
  })

  it('G25: folds everything anew when another history is in its place', async () => {
    const { fold, replaceStore } = await setUp(100)
    await fold()
    replaceStore(await rewrittenStore(100))
    expect((await fold()).fed).toHaveLength(100)
    const shorter = memoryEventStore()
    await grow(shorter, 50)
    replaceStore(shorter)
    expect((await fold()).view.seen).toEqual(reasons(50))
  })

  it('remembers no view of a stream with an event that cannot be read', async () => {
    const { fold, store } = await setUp(70)
    await rightOf(store.append(stream, 69n, sealedEvents(5000)))
    expect((await fold()).fed).toHaveLength(71)
    expect((await fold()).fed).toHaveLength(71)
  })

  it('gives the error of a store that cannot tell what its newest event is', async () => {
    const store = memoryEventStore()
    await grow(store, 3)
    const error = E.left({ _tag: 'Unavailable', why: 'gone' } as const)
    const live = liveViews()
    const { projection } = remembering()
    await rightOf(foldStream(store, memorySnapshotStore(), live)(projection, stream))
    const failing: EventStore = { ...store, newest: () => () => Promise.resolve(error) }
    const folded = await foldStream(failing, memorySnapshotStore(), live)(projection, stream)()
    expect(folded).toEqual(error)
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
