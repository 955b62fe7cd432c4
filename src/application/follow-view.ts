import * as E from 'fp-ts/Either'
import { linkOf, readsStream, type TableProjection } from '../../projections/table-projection'
import type { ReadError } from '../ports/event-store'
import type { ViewChange, ViewTarget } from '../ports/view-store'
import { checkpointText, type Checkpoint } from './checkpoint'
import { pageFold, type FoldedPages } from './fold-page'
import { linkJudge, type LinkJudge } from './judge-links'
import type { ProjectionError, ProjectionMessage } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { subscription, type SubscriptionMessage } from './subscription'
import type { ViewPlace } from './view-soundness'

/** Events that are folded between two writes while there is much to catch up with. */
const unwrittenMax = 2_000

/** What is followed: the table to write to, where it is true at, and until when. */
export type Following = ProjectionOptions & {
  readonly target: ViewTarget
  readonly from: ViewPlace
  /** Ends when everything that is there was written. */
  readonly untilCaughtUp: boolean
  readonly isStrict: boolean
}

/**
 * Folds a ledger page by page from where a table is true at, and writes rows and checkpoint together.
 * Gives the error that ended it; null: it was told to end, or has caught up.
 */
export async function* followView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  following: Following,
): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
  const { target, from, untilCaughtUp, isStrict, signal, pageSize } = following
  const fold = pageFold({ projection, views: parts.views, target, isStrict })
  const judge = linkJudge(parts.store)
  // Links are judged once for all that there is to catch up with.
  const batch = projection.rows.each === 'verdict' ? Infinity : unwrittenMax
  let [unstored, isLive]: [Checkpoint | null, boolean] = [null, false]

  /** Writes what was folded since the last time, or only how far that was. */
  async function* store(): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
    if (unstored === null) return null
    const [checkpoint, events] = [unstored, fold.unwritten()]
    const taken = await fold.take()
    if (E.isLeft(taken)) return taken.left
    const judged = await judgedRows(projection, judge, {
      ...taken.right,
      until: checkpoint.position,
    })
    if (E.isLeft(judged)) return judged.left
    const at = { text: checkpointText(checkpoint), position: checkpoint.position }
    const change = { ...taken.right, ...judged.right, checkpoint: at, bulk: null }
    const written = await parts.views.write(target, change)()
    if (E.isLeft(written)) return written.left
    unstored = null
    for (const problem of change.problems) yield { _tag: 'Unreadable', problem }
    yield { _tag: 'Stored', checkpoint, events }
    return null
  }

  const messages = subscription(parts.store, {
    ledgerId: parts.ledgerId,
    after: from.position === null ? null : { position: from.position },
    wants: ({ stream }) => readsStream(projection, stream),
    signal,
    ...(pageSize === undefined ? {} : { pageSize }),
  })
  for await (const message of messages) {
    if (message._tag === 'Failed') return message.error
    if (message._tag === 'Page') {
      const folded = await fold.fold(message.events)
      if (E.isLeft(folded)) return folded.left
      unstored = message.checkpoint
    }
    if (message._tag === 'CaughtUp') isLive = true
    if (message._tag === 'FellBehind') isLive = false
    const error = isLive || fold.unwritten() >= batch ? yield* store() : null
    if (error !== null) return error
    if (message._tag !== 'Page') yield told(message, from)
    if (message._tag === 'CaughtUp' && untilCaughtUp) return null
  }
  return null
}

/** The rows of the dials of links that changed, in the place of those that they had. */
const judgedRows = async <State>(
  { rows }: TableProjection<State>,
  judge: LinkJudge,
  folded: FoldedPages & { readonly until: bigint },
): Promise<E.Either<ReadError, Pick<ViewChange, 'rows' | 'cleared'>>> => {
  if (rows.each !== 'verdict') return E.right({ rows: folded.rows, cleared: [] })
  const { touched, concernsAll, until } = folded
  if (touched.length === 0) return E.right({ rows: [], cleared: [] })
  const dials = await judge({ streams: concernsAll ? null : touched, until })
  if (E.isLeft(dials)) return dials
  return E.right({
    rows: dials.right.map((dial) => rows.rowOf(dial)),
    cleared: concernsAll ? 'all' : touched.map(linkOf),
  })
}

type Control = Exclude<SubscriptionMessage, { readonly _tag: 'Page' | 'Failed' }>

/** A subscription that told nothing yet has no checkpoint; the table has. */
const told = (message: Control, { checkpoint }: ViewPlace): ProjectionMessage =>
  message._tag === 'CaughtUp'
    ? { _tag: 'CaughtUp', checkpoint: message.checkpoint ?? checkpoint }
    : message
