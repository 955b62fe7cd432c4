import * as E from 'fp-ts/Either'
import type { StreamItem } from '../../domain/events'
import type { SitePolicy } from '../../domain/policy-timeline'
import type { Row, TableProjection } from '../../projections/table-projection'
import { eventHash, toStreamItem } from '../adapters/codec'
import type { RecordedEvent } from '../ports/event-store'
import type { StoredState, ViewChange, ViewProblem } from '../ports/view-store'
import type { ProjectionError } from './projection-message'
import { viewText } from './view-text'

/** A stream that is being folded, up to a revision (-1: nothing yet). */
export type FoldingStream<State> = {
  state: State
  revision: bigint
  /** The event at that revision, when it was folded here. */
  last: RecordedEvent | null
  /** The hash of the event at that revision, when it was folded elsewhere. */
  readonly head: string | null
}

/** What a fold has to write besides states. */
export type FoldedItems = {
  readonly rows: Row[]
  problems: ViewProblem[]
  readonly accepted: ViewChange['accepted'][number][]
  /** Whether something was folded that concerns all links. */
  concernsAll: boolean
}

/** Nothing folded yet. */
export const noItems = (): FoldedItems => ({
  rows: [],
  problems: [],
  accepted: [],
  concernsAll: false,
})

/** A stream of which nothing was folded yet. */
export const unfolded = <State>({ initial }: TableProjection<State>): FoldingStream<State> => ({
  state: initial,
  revision: -1n,
  last: null,
  head: null,
})

/** What an event is folded into. `isStrict`: an event that cannot be read is an error. */
export type Folding<State> = {
  readonly projection: TableProjection<State>
  readonly into: FoldedItems
  readonly isStrict: boolean
}

/** Folds the next event of a stream. */
export const foldItem = <State>(
  { projection, into, isStrict }: Folding<State>,
  stream: FoldingStream<State>,
  event: RecordedEvent,
): E.Either<ProjectionError, void> => {
  const item = toStreamItem(event)
  if (!continues(stream, item)) {
    return E.left({ _tag: 'StreamReplaced', stream: event.stream, revision: event.revision })
  }
  const problem = problemOf(stream, item)
  if (problem !== null) {
    if (isStrict) return E.left({ _tag: 'PoisonEvent', ...problem })
    into.problems.push(problem)
  }
  const folded = stream
  folded.state = projection.evolve(stream.state, item)
  folded.revision = event.revision
  folded.last = event
  noteRows(projection, into, { state: folded.state, item })
  if (item.type === 'LinkReleased') accept(into, item)
  return E.right(undefined)
}

const noteRows = <State>(
  { rows }: TableProjection<State>,
  into: FoldedItems,
  { state, item }: { readonly state: State; readonly item: StreamItem },
): void => {
  const noted = into
  if (rows.each === 'item') for (const row of rows.rowsOf(state, item)) noted.rows.push(row)
  if (rows.each === 'verdict') noted.concernsAll ||= rows.concernsAll(item)
}

/** Each event names the hash of the one before it: that of a stored state must be this one. */
const continues = <State>({ head, last, revision }: FoldingStream<State>, item: StreamItem) =>
  item.type === 'Unreadable' ||
  head === null ||
  last !== null ||
  item.revision !== revision + 1n ||
  item.metadata.prev === head

const problemOf = <State>(
  { revision }: FoldingStream<State>,
  item: StreamItem,
): ViewProblem | null => {
  const isUnreadable = item.type === 'Unreadable'
  if (!isUnreadable && item.revision === revision + 1n) return null
  return {
    stream: item.stream,
    revision: item.revision,
    position: item.position,
    problem: isUnreadable ? item.problem : 'events before it are missing',
  }
}

const accept = (
  into: FoldedItems,
  { stream, data }: Extract<StreamItem, { readonly type: 'LinkReleased' }>,
): void => {
  if (data.past === null) return
  const past = BigInt(data.past)
  const items = into
  items.problems = into.problems.filter((one) => one.stream !== stream || one.revision > past)
  items.accepted.push({ stream, past })
}

/** What is stored of a stream that was folded. */
export const storedState = <State>(
  { compact }: TableProjection<State>,
  name: string,
  { state, revision, last, head }: FoldingStream<State>,
): StoredState => ({
  stream: name,
  revision,
  head: last === null ? (head ?? '') : eventHash(last),
  state: viewText(compact === undefined ? state : compact(state)),
})

/** The row of a stream, for projections that have one each. */
export const streamRows = <State>(
  { rows }: TableProjection<State>,
  { stream, state }: { readonly stream: string; readonly state: State },
  site: SitePolicy,
): ReadonlyArray<Row> => {
  switch (rows.each) {
    case 'stream':
      return [rows.rowOf(state, stream)]
    case 'stream-by-policy':
      return [rows.rowOf(state, stream, site)]
    case 'item':
    case 'verdict':
      return []
  }
}
