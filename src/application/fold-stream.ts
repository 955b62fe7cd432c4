import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { lastValueFrom } from 'rxjs/internal/lastValueFrom'
import { from } from 'rxjs/internal/observable/from'
import type { StreamItem } from '../../domain/events'
import { foldPages } from '../../projections/operators/fold-pages'
import type { Projection } from '../../projections/projection'
import { emptyHead, headOf, toStreamItem, type StreamHead } from '../adapters/codec'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'
import type { SnapshotStore } from '../ports/snapshot-store'
import type { FoldedStream, FoldStream } from './ledger-parts'
import { snapshotOf, viewOfSnapshot } from './snapshot'
import { streamPages } from './stream-pages'

/** A snapshot is written once the tail after the last one has this many events. */
const snapshotEvery = 64n

/**
 * Folds streams of a store from their newest sound snapshots, if any, and else from the start. A
 * snapshot that does not fit costs the fold of the whole stream, never a wrong view (G25).
 */
export const foldStream =
  (store: EventStore, snapshots?: SnapshotStore): FoldStream =>
  (projection, stream) =>
  async () => {
    const folded = await foldFromSnapshot({ store, snapshots }, projection, stream)
    if (E.isLeft(folded)) return folded
    const { view, head } = folded.right
    return E.right({ view, head })
  }

type Stores = { readonly store: EventStore; readonly snapshots: SnapshotStore | undefined }

const foldFromSnapshot = async <View>(
  { store, snapshots }: Stores,
  projection: Projection<View>,
  stream: string,
): Promise<E.Either<ReadError, FoldedTail<View>>> => {
  const begin = { view: projection.initial, head: emptyHead(stream) }
  // Version 0 is that of projections made for one question, such as "as of then".
  if (snapshots === undefined || projection.version === 0) return foldTail(store, projection, begin)
  const start = O.getOrElse(() => begin)(await soundSnapshot(snapshots, projection, stream))
  const resumed = await foldTail(store, projection, start)
  const isMisfit = E.isRight(resumed) && resumed.right.isMisfit
  const folded = isMisfit ? await foldTail(store, projection, begin) : resumed
  if (E.isRight(folded)) await keep(snapshots, projection, folded.right)
  return folded
}

type FoldedTail<View> = FoldedStream<View> & {
  /** How many events follow the snapshot that this fold began from. */
  readonly tail: bigint
  /** The event that the snapshot was made at is not where it was. */
  readonly isMisfit: boolean
  readonly isReadable: boolean
}

const soundSnapshot = async <View>(
  snapshots: SnapshotStore,
  projection: Projection<View>,
  stream: string,
): Promise<O.Option<FoldedStream<View>>> => {
  const loaded = await snapshots.load({ projection: projection.name, stream })()
  return E.isLeft(loaded)
    ? O.none
    : O.flatMap(loaded.right, (snapshot) => viewOfSnapshot(projection, stream, snapshot))
}

/** What cannot be kept is folded again the next time: no reason to fail the fold that is done. */
const keep = async <View>(
  snapshots: SnapshotStore,
  projection: Projection<View>,
  { view, head, tail, isReadable }: FoldedTail<View>,
): Promise<void> => {
  const { stream, revision, hash } = head
  // A later version may be able to read what this one cannot, so that view is not kept.
  if (revision === 'no_stream' || tail < snapshotEvery || !isReadable) return
  await snapshots.save(snapshotOf(projection, { view, head: { stream, revision, hash } }))()
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
  start: FoldedStream<View>,
): Promise<E.Either<ReadError, FoldedTail<View>>> => {
  const seen: Seen = { newest: undefined, failure: undefined, isMisfit: false, isReadable: true }
  const folding = { view: start.view, checkpoint: null }
  const folded = await lastValueFrom(
    from(itemPages(store, start.head, seen)).pipe(foldPages(projection, folding)),
    { defaultValue: folding },
  )
  if (seen.failure !== undefined) return seen.failure
  const { newest, isMisfit, isReadable } = seen
  const head = newest === undefined ? start.head : headOf(newest)
  const tail = revisionAfter(head) - revisionAfter(start.head)
  return E.right({ view: folded.view, head, tail, isMisfit, isReadable })
}

const revisionAfter = ({ revision }: StreamHead): bigint =>
  revision === 'no_stream' ? 0n : revision + 1n

/** The items after a head; before the first of them that head itself is looked at again. */
async function* itemPages(
  store: EventStore,
  head: StreamHead,
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
    if (!checkedHead && !isHead(page.right[0], head)) {
      seen.isMisfit = true
      return
    }
    checkedHead = true
    const items = tail.map(toStreamItem)
    seen.newest = tail.at(-1) ?? seen.newest
    seen.isReadable &&= items.every((item) => item.type !== 'Unreadable')
    yield items
  }
}

const isHead = (event: RecordedEvent | undefined, head: StreamHead): boolean =>
  event !== undefined && event.revision === head.revision && headOf(event).hash === head.hash
