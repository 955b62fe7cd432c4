import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ReadError } from '../ports/event-store'
import type { ViewClaim, ViewError, ViewSlot, ViewStanding, ViewTarget } from '../ports/view-store'
import { checkpointAfter, checkpointText } from './checkpoint'
import { claimRole } from './claim-role'
import { foldStreams } from './fold-streams'
import { followView } from './follow-view'
import { tableVersionOf } from './table-version'
import { ledgerHead, type LedgerHead } from './ledger-head'
import type { ProjectionError, ProjectionMessage, Unsound } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { viewSoundness, type ViewPlace } from './view-soundness'

/** A rebuild: why, and whether it still has to be done once nobody else does it. */
export type RebuildOptions = ProjectionOptions & {
  readonly because: Unsound | 'asked'
  readonly isNeeded: () => Promise<E.Either<ProjectionError, boolean>>
}

type Telling = AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined>

/**
 * Folds a projection from the first event into a table beside the served one, and puts it in its place
 * once it has caught up. What a killed rebuild left is gone on with. Gives the error that ended it.
 */
export async function* rebuildView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: RebuildOptions,
): Telling {
  const role = { projection: projection.name, role: 'rebuild' } as const
  const claim = yield* claimRole(parts.views, role, options.signal)
  if (E.isLeft(claim)) return claim.left
  if (claim.right === null) return null
  try {
    const needed = await options.isNeeded()
    if (E.isLeft(needed)) return needed.left
    if (!needed.right) return null
    yield { _tag: 'Anew', because: options.because }
    return yield* buildAndServe(parts, projection, { ...options, claim: claim.right })
  } finally {
    claim.right.release()
  }
}

type Building = ProjectionOptions & { readonly claim: ViewClaim }

async function* buildAndServe<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  building: Building,
): Telling {
  const made = yield* buildView(parts, projection, { ...building, slot: 'next' })
  if (E.isLeft(made)) return made.left
  const { signal, pastUnreadable } = building
  let { from } = made.right
  const { target } = made.right
  while (!signal.aborted) {
    const following = { ...building, target, from, untilCaughtUp: true, isStrict: !pastUnreadable }
    const error = yield* withoutCaughtUp(followView(parts, projection, following), (place) => {
      from = place
    })
    if (error !== null) return error
    // Without having caught up it ended because it was told to.
    if (isEnded(signal)) return null
    const served = await parts.views.serve(target)()
    if (E.isLeft(served)) return served.left
    if (!served.right) continue
    yield { _tag: 'Served' }
    return null
  }
  return null
}

const isEnded = (signal: AbortSignal): boolean => signal.aborted

/** People are told that a table has caught up once it is the one that serves. */
async function* withoutCaughtUp(
  messages: ReturnType<typeof followView>,
  stored: (place: ViewPlace) => void,
): Telling {
  for (;;) {
    const { done, value } = await messages.next()
    if (done === true) return value
    if (value._tag === 'Stored') {
      stored({ checkpoint: value.checkpoint, position: value.checkpoint.position })
    }
    if (value._tag !== 'CaughtUp') yield value
  }
}

/** A table, and what it is true at. */
type BuiltView = { readonly target: ViewTarget; readonly from: ViewPlace }

/** Makes a table that is true at some place of the ledger, near its end if it was folded by stream. */
async function* buildView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  building: Building & { readonly slot: ViewSlot },
): AsyncGenerator<ProjectionMessage, E.Either<ProjectionError, BuiltView>, undefined> {
  const { slot, claim } = building
  const head = await ledgerHead(parts.store, projection.folds)
  if (E.isLeft(head)) return head
  const standing = await standingToGoOnFrom(parts, projection, { head: head.right, slot, claim })
  if (E.isLeft(standing)) return standing
  const sound = await viewSoundness(parts, tableVersionOf(projection).version, standing.right)
  if (E.isLeft(sound)) return sound
  if (sound.right._tag === 'Unsound') {
    return E.left({ _tag: 'ViewsUnavailable', why: `the table is ${sound.right.because} already` })
  }
  const { checkpoint, position } = sound.right
  const { generation } = standing.right
  const target = { ...tableVersionOf(projection), slot, generation, claim }
  const error = yield* foldBulk(parts, projection, {
    ...building,
    target,
    head: head.right,
    until: position,
    standing: standing.right,
  })
  return error === null ? E.right({ target, from: { checkpoint, position } }) : E.left(error)
}

type Place = { readonly head: LedgerHead; readonly slot: ViewSlot; readonly claim: ViewClaim }

/** What was begun and is sound, else an empty table. */
const standingToGoOnFrom = async <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { head, slot, claim }: Place,
): Promise<E.Either<ReadError | ViewError, ViewStanding>> => {
  const begun = await parts.views.standing(projection.name, slot)()
  if (E.isLeft(begun)) return begun
  const sound = await viewSoundness(parts, tableVersionOf(projection).version, begun.right)
  if (E.isLeft(sound)) return sound
  if (sound.right._tag === 'Sound' && isPrefixOf(sound.right.standing, head)) {
    return E.right(sound.right.standing)
  }
  const { ledgerId } = parts
  const newest = projection.order === 'by-stream' ? head.newest : null
  const at =
    newest === null
      ? { ledgerId, checkpoint: null, bulk: null }
      : {
          ledgerId,
          checkpoint: {
            text: checkpointText(checkpointAfter(ledgerId, newest)),
            position: newest.position,
          },
          bulk: { done: 0, last: '' },
        }
  return parts.views.begin(tableVersionOf(projection), { slot, claim }, at)()
}

/** Streams have the order of their first events, so those that were folded are the first ones still. */
const isPrefixOf = ({ bulk }: ViewStanding, { streams }: LedgerHead): boolean =>
  bulk === null || bulk.done === 0 || streams[bulk.done - 1] === bulk.last

type Bulk = ProjectionOptions & {
  readonly target: ViewTarget
  readonly head: LedgerHead
  readonly until: bigint | null
  readonly standing: ViewStanding
}

async function* foldBulk<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { target, head, until, standing, pastUnreadable, signal }: Bulk,
): Telling {
  if (standing.bulk === null || until === null) return null
  const { streams } = head
  const asked = { streams, until, from: standing.bulk, isStrict: !pastUnreadable }
  let events = 0
  for await (const folded of foldStreams(parts.store, projection, asked)) {
    if (E.isLeft(folded)) return folded.left
    const { change } = folded.right
    const written = await parts.views.write(target, { ...change, checkpoint: null })()
    if (E.isLeft(written)) return written.left
    events += folded.right.events
    for (const problem of change.problems) yield { _tag: 'Unreadable', problem }
    yield { _tag: 'Progress', events, total: head.events }
    if (signal.aborted) return null
  }
  return null
}
