import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ReadError } from '../ports/event-store'
import type {
  BulkMark,
  ViewClaim,
  ViewError,
  ViewSlot,
  ViewStanding,
  ViewTarget,
} from '../ports/view-store'
import { checkpointAfter, checkpointText } from './checkpoint'
import { foldStreams } from './fold-streams'
import { ledgerHead, type LedgerHead } from './ledger-head'
import type { ProjectionError, ProjectionMessage } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { tableVersionOf } from './table-version'
import { viewSoundness, type ViewPlace } from './view-soundness'

/** A table to be made. `at`: the place that it is to be true at; null: the end of the ledger. */
export type Building = ProjectionOptions & {
  readonly slot: ViewSlot
  readonly claim: ViewClaim
  readonly at: ViewPlace | null
}

/** A table, what it is true at, and where the ledger ended when it was begun. */
export type BuiltView = {
  readonly target: ViewTarget
  readonly from: ViewPlace
  readonly end: bigint | null
}

type Making = AsyncGenerator<ProjectionMessage, E.Either<ProjectionError, BuiltView>, undefined>

/**
 * Makes a table that is true at some place of the ledger: at `at`, or near the end, if it is folded by
 * stream; else before the first event.
 */
export async function* buildView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  building: Building,
): Making {
  const { slot, claim, at } = building
  const head = await ledgerHead(parts.store, projection.folds)
  if (E.isLeft(head)) return head
  const place = { head: head.right, slot, claim, at }
  const standing = await standingToGoOnFrom(parts, projection, place)
  if (E.isLeft(standing)) return standing
  const sound = await viewSoundness(parts, tableVersionOf(projection).version, standing.right)
  if (E.isLeft(sound)) return sound
  if (sound.right._tag === 'Unsound') {
    return E.left({ _tag: 'ViewsUnavailable', why: `the table is ${sound.right.because} already` })
  }
  const { generation, bulk } = standing.right
  const target = { ...tableVersionOf(projection), slot, generation, claim }
  const from = { checkpoint: sound.right.checkpoint, position: sound.right.position }
  const { streams, end } = head.right
  if (bulk === null) return E.right({ target, from, end })
  const folding = { ...building, target, from, streams, bulk }
  return yield* foldBulk(parts, projection, folding)
}

type Place = Pick<Building, 'slot' | 'claim' | 'at'> & { readonly head: LedgerHead }

/** What was begun and is sound, else an empty table; that too where it is to be true at one place. */
const standingToGoOnFrom = async <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { head, slot, claim, at }: Place,
): Promise<E.Either<ReadError | ViewError, ViewStanding>> => {
  const begun = await parts.views.standing(projection.name, slot)()
  if (E.isLeft(begun)) return begun
  const sound = await viewSoundness(parts, tableVersionOf(projection).version, begun.right)
  if (E.isLeft(sound)) return sound
  if (at === null && sound.right._tag === 'Sound' && isPrefixOf(sound.right.standing, head)) {
    return E.right(sound.right.standing)
  }
  const until = at === null ? head.end : at.position
  const isBulk = projection.order === 'by-stream' && until !== null
  const bulk = isBulk ? { until, done: 0, last: '' } : null
  const { ledgerId } = parts
  const empty = { ledgerId, checkpoint: null, bulk }
  return parts.views.begin(tableVersionOf(projection), { slot, claim }, empty)()
}

/** Streams have the order of their first events, so those that were folded are the first ones still. */
const isPrefixOf = ({ bulk }: ViewStanding, { streams }: LedgerHead): boolean =>
  bulk === null || bulk.done === 0 || streams[bulk.done - 1] === bulk.last

type Bulk = ProjectionOptions & {
  readonly target: ViewTarget
  readonly from: ViewPlace
  readonly streams: ReadonlyArray<string>
  readonly bulk: BulkMark
}

/** The table is true at the newest of the events that were folded: none of its streams has another. */
async function* foldBulk<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { target, from: begun, streams, bulk, pastUnreadable, signal }: Bulk,
): Making {
  const asked = { streams, from: bulk, isStrict: !pastUnreadable }
  let [from, events] = [begun, 0]
  for await (const folded of foldStreams(parts.store, projection, asked)) {
    if (E.isLeft(folded)) return folded
    const { change, newest } = folded.right
    if (newest !== null && newest.position > (from.position ?? -1n)) {
      const checkpoint = checkpointAfter(parts.ledgerId, newest)
      from = { checkpoint, position: checkpoint.position }
    }
    const at = checkpointToWrite(from)
    const written = await parts.views.write(target, { ...change, checkpoint: at })()
    if (E.isLeft(written)) return written
    events += folded.right.events
    for (const problem of change.problems) yield { _tag: 'Unreadable', problem }
    const done = change.bulk?.done ?? streams.length
    yield { _tag: 'Progress', events, done, total: streams.length }
    if (signal.aborted) break
  }
  return E.right({ target, from, end: bulk.until })
}

const checkpointToWrite = ({ checkpoint }: ViewPlace) =>
  checkpoint === null ? null : { text: checkpointText(checkpoint), position: checkpoint.position }
