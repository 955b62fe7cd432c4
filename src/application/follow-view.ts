import * as E from 'fp-ts/Either'
import { linkOf, readsStream, type TableProjection } from '../../projections/table-projection'
import type { ReadError, RecordedEvent } from '../ports/event-store'
import type { ViewChange, ViewStore, ViewTarget } from '../ports/view-store'
import { checkpointText, type Checkpoint } from './checkpoint'
import { pageFold, type FoldedPages } from './fold-page'
import { linkJudge, type LinkJudge } from './judge-links'
import type { ProjectionError, ProjectionMessage } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { subscription } from './subscription'
import type { ViewPlace } from './view-soundness'

/** Events that are folded between two writes while there is much to catch up with. */
const unwrittenMax = 2_000

/** What following needs of a ledger and of where a table is kept. */
export type FollowedParts = Omit<ProjectionParts, 'views'> & {
  readonly views: Pick<ViewStore, 'states' | 'statesAfter' | 'write'>
}

/** What is followed: the table to write to, where it is true at, and until when. */
export type Following = ProjectionOptions & {
  readonly target: ViewTarget
  readonly from: ViewPlace
  /** Ends when it is told to, or when everything that is there was written, or all up to a place. */
  readonly until: 'told' | 'caught-up' | Checkpoint
  readonly isStrict: boolean
  /** The end of a long way, so that progress is told until it has caught up; null: none is. */
  readonly progressTo?: bigint | null
}

/**
 * Folds a ledger page by page from where a table is true at, and writes rows and checkpoint together.
 * Gives the error that ended it; null: it was told to end, or has caught up.
 */
export async function* followView<State>(
  parts: FollowedParts,
  projection: TableProjection<State>,
  following: Following,
): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
  const { from, until, progressTo = null } = following
  const end = typeof until === 'string' ? null : until
  if (end !== null && end.position <= (from.position ?? -1n)) return null
  const writing = viewWriting(parts, projection, following)
  let [isLive, folded] = [false, 0]
  for await (const message of messagesTo(parts, projection, { ...following, end })) {
    if (message._tag === 'Failed') return message.error
    if (message._tag === 'Page') {
      const { checkpoint } = message
      const isEnd = end !== null && end.position <= checkpoint.position
      const done = await writing.fold(message.events, isEnd ? end : checkpoint)
      if (E.isLeft(done)) return done.left
      if (isEnd) return yield* writing.write()
      folded += message.events.length
      if (progressTo !== null && !isLive) yield progressed(checkpoint, folded, progressTo)
    }
    if (message._tag === 'CaughtUp') isLive = true
    if (message._tag === 'FellBehind') isLive = false
    const error = isLive || writing.isDue() ? yield* writing.write() : null
    if (error !== null) return error
    if (message._tag !== 'Page') yield message
    if (message._tag === 'CaughtUp' && until !== 'told') return null
  }
  return null
}

const messagesTo = <State>(
  parts: FollowedParts,
  projection: TableProjection<State>,
  { from, end, signal, pageSize }: Following & { readonly end: Checkpoint | null },
) =>
  subscription(parts.store, {
    ledgerId: parts.ledgerId,
    after: from.checkpoint,
    wants: ({ stream, position }) =>
      readsStream(projection, stream) && (end === null || position <= end.position),
    signal,
    ...(pageSize === undefined ? {} : { pageSize }),
  })

/** Folds pages, and writes what was folded since the last time, or only how far that was. */
const viewWriting = <State>(
  parts: FollowedParts,
  projection: TableProjection<State>,
  { target, isStrict }: Following,
) => {
  const pages = pageFold({ projection, views: parts.views, target, isStrict })
  const judge = linkJudge(parts.store)
  let batch = unwrittenMax
  let unstored: Checkpoint | null = null
  async function* write(): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
    if (unstored === null) return null
    const [checkpoint, events] = [unstored, pages.unwritten()]
    const { position } = checkpoint
    const taken = await pages.take()
    if (E.isLeft(taken)) return taken.left
    const judged = await judgedRows(projection, judge, { ...taken.right, until: position })
    if (E.isLeft(judged)) return judged.left
    const at = { text: checkpointText(checkpoint), position }
    const change = { ...taken.right, ...judged.right, checkpoint: at, bulk: null }
    const written = await parts.views.write(target, change)()
    if (E.isLeft(written)) return written.left
    unstored = null
    batch = nextBatch(projection, batch, events)
    for (const problem of change.problems) yield { _tag: 'Unreadable', problem }
    yield { _tag: 'Stored', checkpoint, events }
    return null
  }
  return {
    fold: (events: ReadonlyArray<RecordedEvent>, checkpoint: Checkpoint) => {
      unstored = checkpoint
      return pages.fold(events)
    },
    isDue: () => pages.unwritten() >= batch,
    write,
  }
}

/**
 * A link is judged by all that there is of it: with ways that double while there is much to catch up
 * with, that costs about twice what it costs once, and one that is killed goes on from half of it.
 */
const nextBatch = <State>(
  { rows }: TableProjection<State>,
  batch: number,
  events: number,
): number => (rows.each === 'verdict' && events >= batch ? 2 * batch : unwrittenMax)

const progressed = ({ position }: Checkpoint, events: number, to: bigint): ProjectionMessage => ({
  _tag: 'Progress',
  events,
  done: Number(position < to ? position : to),
  total: Number(to),
})

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
