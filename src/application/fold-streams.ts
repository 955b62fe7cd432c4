import * as E from 'fp-ts/Either'
import { initialSitePolicy, type SitePolicy } from '../../domain/policy-timeline'
import type { TableProjection } from '../../projections/table-projection'
import type { EventStore, RecordedEvent } from '../ports/event-store'
import type { BulkMark, StoredState, ViewChange } from '../ports/view-store'
import {
  foldItem,
  noItems,
  storedState,
  streamRows,
  unfolded,
  type FoldedItems,
  type FoldingStream,
} from './fold-item'
import { siteUntil } from './fold-site'
import type { ProjectionError } from './projection-message'
import { streamPages } from './stream-pages'

/** Streams, rows and characters of states that are folded between two writes. */
const streamsMax = 200
const rowsMax = 2_000
const textMax = 4_000_000

/** Which streams to fold; `from` says up to which position, and which of them are done. */
export type StreamsToFold = {
  readonly streams: ReadonlyArray<string>
  readonly from: BulkMark
  readonly isStrict: boolean
}

/** Something to write, how many events it was folded from, and the newest of them. */
export type FoldedStreams = {
  readonly change: Omit<ViewChange, 'checkpoint'>
  readonly events: number
  readonly newest: RecordedEvent | null
}

type Draft = {
  items: FoldedItems
  states: StoredState[]
  text: number
  events: number
  newest: RecordedEvent | null
}

const noDraft = (): Draft => ({ items: noItems(), states: [], text: 0, events: 0, newest: null })

/**
 * Folds streams one after the other, with one state in memory at a time; an error is the last. The
 * last change has no mark: then every stream is done.
 */
export async function* foldStreams<State>(
  store: EventStore,
  projection: TableProjection<State>,
  { streams, from, isStrict }: StreamsToFold,
): AsyncGenerator<E.Either<ProjectionError, FoldedStreams>, void, undefined> {
  const { until } = from
  let draft = noDraft()
  let bulk = from
  let policy = initialSitePolicy
  if (projection.rows.each === 'stream-by-policy') {
    const site = await siteUntil(store, until, { into: draft.items, isStrict })
    if (E.isLeft(site)) return yield site
    draft.states.push(...site.right.stored())
    draft.newest = site.right.newest()
    policy = site.right.policy()
  }
  const taken = (mark: BulkMark | null) => {
    const { states, events, items, newest } = draft
    draft = noDraft()
    return E.right({ change: { ...items, cleared: [], states, bulk: mark }, events, newest })
  }
  for (const stream of streams.slice(from.done)) {
    const folded = unfolded(projection)
    for await (const page of streamPages(store, { stream, from: 'start' })) {
      if (E.isLeft(page)) return yield page
      for (const event of page.right) {
        if (event.position > until) break
        const done = foldItem({ projection, into: draft.items, isStrict }, folded, event)
        if (E.isLeft(done)) return yield done
        draft.events += 1
      }
      if (draft.items.rows.length >= rowsMax) yield taken(bulk)
      if ((page.right.at(-1)?.position ?? -1n) > until) break
    }
    addStream(projection, draft, { stream, folded, policy })
    bulk = { until, done: bulk.done + 1, last: stream }
    if (draft.states.length >= streamsMax || draft.text >= textMax) yield taken(bulk)
  }
  yield taken(null)
}

type Done<State> = {
  readonly stream: string
  readonly folded: FoldingStream<State>
  readonly policy: SitePolicy
}

const addStream = <State>(
  projection: TableProjection<State>,
  draft: Draft,
  { stream, folded, policy }: Done<State>,
): void => {
  const { last } = folded
  if (last === null) return
  const target = draft
  if (target.newest === null || target.newest.position < last.position) target.newest = last
  const state = storedState(projection, stream, folded)
  target.states.push(state)
  target.text += state.state.length
  for (const row of streamRows(projection, { stream, state: folded.state }, policy)) {
    target.items.rows.push(row)
  }
}
