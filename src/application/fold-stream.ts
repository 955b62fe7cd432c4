import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { lastValueFrom } from 'rxjs/internal/lastValueFrom'
import { innerFrom } from 'rxjs/internal/observable/innerFrom'
import type { StreamItem } from '../../domain/events'
import { foldPages } from '../../projections/operators/fold-pages'
import type { Projection } from '../../projections/projection'
import { emptyHead, headOf, toStreamItem, type StreamHead } from '../adapters/codec'
import type { EventStore, NewestEvent, ReadError, RecordedEvent } from '../ports/event-store'
import type { SnapshotStore } from '../ports/snapshot-store'
import type { FoldedStream, FoldStream } from './ledger-parts'
import type { LiveView, LiveViews } from './live-views'
import { snapshotOf, viewOfSnapshot } from './snapshot'
import { streamPages } from './stream-pages'

/** A snapshot is written once the tail after the last one has this many events. */
const snapshotEvery = 64n

/**
 * Folds streams of a store from what was kept of them, if anything, and else from the start: from
 * the view that this process remembers (`live`), or from the newest sound snapshot. What does not
 * fit the stream costs the fold of the whole of it, never a wrong view (G25).
 */
export const foldStream =
  (store: EventStore, snapshots?: SnapshotStore, live?: LiveViews): FoldStream =>
  (projection, stream) =>
  async () => {
    // Version 0 is that of projections made for one question, such as "as of then".
    const folded =
      snapshots === undefined || projection.version === 0
        ? await foldTail(store, projection, beginningOf(projection, stream))
        : await foldKept({ store, snapshots, live }, projection, stream)
    if (E.isLeft(folded)) return folded
    const { view, head } = folded.right
    return E.right({ view, head })
  }

const beginningOf = <View>(projection: Projection<View>, stream: string): Start<View> => ({
  view: projection.initial,
  head: emptyHead(stream),
  newest: null,
  covered: 0n,
  position: null,
})

/** A view to go on from; `position` is that of the event at its head, where it is to be checked. */
type Start<View> = LiveView<View> & { readonly position: bigint | null }

type Stores = {
  readonly store: EventStore
  readonly snapshots: SnapshotStore
  readonly live: LiveViews | undefined
}

/** Goes on from what was kept; what does not fit is passed over for what was kept before it. */
const foldKept = async <View>(
  { store, snapshots, live }: Stores,
  projection: Projection<View>,
  stream: string,
): Promise<E.Either<ReadError, FoldedStream<View>>> => {
  const known = live?.get(projection, stream)
  if (known !== undefined) {
    const stored = await store.newest(stream)()
    if (E.isLeft(stored)) return stored
    if (isNewest(stored.right, known)) return E.right(known)
  }
  const starts = [
    () => Promise.resolve(known === undefined ? undefined : { ...known, position: null }),
    () => soundSnapshot(snapshots, projection, stream),
  ]
  for (const startOf of starts) {
    const start = await startOf()
    if (start === undefined) continue
    const folded = await foldTail(store, projection, start)
    if (E.isLeft(folded) || !folded.right.isMisfit) {
      return keep({ snapshots, live }, projection, { start, folded })
    }
  }
  const start = beginningOf(projection, stream)
  const folded = await foldTail(store, projection, start)
  return keep({ snapshots, live }, projection, { start, folded })
}

/** Whether nothing was appended since a view was folded. */
const isNewest = (stored: NewestEvent | null, { head, newest }: LiveView<unknown>): boolean =>
  stored === null
    ? head.revision === 'no_stream'
    : stored.revision === newest?.revision &&
      stored.id === newest.id &&
      stored.metadata === newest.metadata

type FoldedTail<View> = FoldedStream<View> & {
  readonly newest: RecordedEvent | null
  /** The event that what was kept was made at is not where it was. */
  readonly isMisfit: boolean
  readonly isReadable: boolean
}

const soundSnapshot = async <View>(
  snapshots: SnapshotStore,
  projection: Projection<View>,
  stream: string,
): Promise<Start<View> | undefined> => {
  const loaded = await snapshots.load({ projection: projection.name, stream })()
  if (E.isLeft(loaded)) return undefined
  const sound = O.flatMap(loaded.right, (snapshot) => viewOfSnapshot(projection, stream, snapshot))
  return O.isNone(sound)
    ? undefined
    : { ...sound.value, newest: null, covered: countOf(sound.value.head) }
}

type Fold<View> = {
  readonly start: LiveView<View>
  readonly folded: E.Either<ReadError, FoldedTail<View>>
}

/**
 * Keeps what was folded for the next fold. What cannot be kept is folded again then: no reason to
 * fail the fold that is done.
 */
const keep = async <View>(
  { snapshots, live }: Omit<Stores, 'store'>,
  projection: Projection<View>,
  { start, folded }: Fold<View>,
): Promise<Fold<View>['folded']> => {
  // A later version may be able to read what this one cannot, so that view is not kept.
  if (E.isLeft(folded) || !folded.right.isReadable) return folded
  const { view, head, newest } = folded.right
  const { stream, revision, hash } = head
  const isDue = revision !== 'no_stream' && countOf(head) - start.covered >= snapshotEvery
  if (isDue && newest !== null) {
    const { position } = newest
    await snapshots.save(
      snapshotOf(projection, { view, head: { stream, revision, hash }, position }),
    )()
  }
  const covered = isDue ? countOf(head) : start.covered
  live?.put(projection, { view, head, newest, covered })
  return folded
}

/** What a fold saw of its stream besides the view. */
type Seen = {
  newest: RecordedEvent | undefined
  failure: E.Left<ReadError> | undefined
  isMisfit: boolean
  isReadable: boolean
}

const foldTail = async <View>(
  store: EventStore,
  projection: Projection<View>,
  start: Start<View>,
): Promise<E.Either<ReadError, FoldedTail<View>>> => {
  const seen: Seen = { newest: undefined, failure: undefined, isMisfit: false, isReadable: true }
  const folding = { view: start.view, checkpoint: null }
  const folded = await lastValueFrom(
    innerFrom(itemPages(store, start, seen)).pipe(foldPages(projection, folding)),
    { defaultValue: folding },
  )
  if (seen.failure !== undefined) return seen.failure
  const { newest, isMisfit, isReadable } = seen
  const head = newest === undefined ? start.head : headOf(newest)
  return E.right({ view: folded.view, head, newest: newest ?? null, isMisfit, isReadable })
}

/** How many events a stream has up to a head. */
const countOf = ({ revision }: StreamHead): bigint =>
  revision === 'no_stream' ? 0n : revision + 1n

/** The items after a head; before the first of them that head itself is looked at again. */
async function* itemPages(
  store: EventStore,
  { head, position }: Pick<Start<unknown>, 'head' | 'position'>,
  seen: Seen,
): AsyncGenerator<ReadonlyArray<StreamItem>, void, undefined> {
  let checkedHead = head.revision === 'no_stream'
  const first = head.revision === 'no_stream' ? 'start' : head.revision
  for await (const page of streamPages(store, { stream: head.stream, from: first })) {
    if (E.isLeft(page)) {
      seen.failure = page
      return
    }
    const tail = checkedHead ? page.right : page.right.slice(1)
    if (!checkedHead && !isHead(page.right[0], head, position)) {
      seen.isMisfit = true
      return
    }
    checkedHead = true
    const items = tail.map(toStreamItem)
    seen.newest = page.right.at(-1) ?? seen.newest
    seen.isReadable &&= items.every((item) => item.type !== 'Unreadable')
    yield items
  }
}

const isHead = (
  event: RecordedEvent | undefined,
  head: StreamHead,
  position: bigint | null,
): boolean =>
  event !== undefined &&
  event.revision === head.revision &&
  (position === null || event.position === position) &&
  headOf(event).hash === head.hash
