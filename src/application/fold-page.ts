import * as E from 'fp-ts/Either'
import { sitePolicyStream } from '../../domain/events'
import { initialSitePolicy, type SitePolicy } from '../../domain/policy-timeline'
import type { Row, TableProjection } from '../../projections/table-projection'
import type { RecordedEvent } from '../ports/event-store'
import type { StoredState, ViewChange, ViewError, ViewStore, ViewTarget } from '../ports/view-store'
import {
  foldItem,
  noItems,
  storedState,
  streamRows,
  unfolded,
  type FoldingStream,
} from './fold-item'
import { siteFold, type SiteFold } from './fold-site'
import type { ProjectionError } from './projection-message'
import { viewOfText } from './view-text'

/** States of streams that are kept in memory between pages. */
const keptMax = 256

/** Characters that the stored texts of kept states may have together: one of a busy link has many. */
const keptTextMax = 8_000_000

/** What was folded and is to be written; `touched`: the streams that it is about. */
export type FoldedPages = Pick<ViewChange, 'rows' | 'states' | 'problems' | 'accepted'> & {
  readonly touched: ReadonlyArray<string>
  readonly concernsAll: boolean
}

/** A fold of a ledger's pages; what it folded since is written as one change. */
export type PageFold = {
  readonly fold: (events: ReadonlyArray<RecordedEvent>) => Promise<E.Either<ProjectionError, void>>
  /** How many events were folded and not written yet. */
  readonly unwritten: () => number
  /** Everything that was folded since the last call; the caller writes it, or folds anew. */
  readonly take: () => Promise<E.Either<ViewError, FoldedPages>>
}

/** What a page fold needs: where the states of streams are stored. */
export type PageFoldParts<State> = {
  readonly projection: TableProjection<State>
  readonly views: Pick<ViewStore, 'states' | 'statesAfter'>
  readonly target: ViewTarget
  readonly isStrict: boolean
}

type Kept<State> = FoldingStream<State> & { textLength: number }

/** Folds pages with the states of few streams in memory at a time. */
export const pageFold = <State>(parts: PageFoldParts<State>): PageFold => {
  const { projection, views, target, isStrict } = parts
  const kept = new Map<string, Kept<State>>()
  const touched = new Set<string>()
  const isByPolicy = projection.rows.each === 'stream-by-policy'
  const isOfSite = ({ stream }: StoredState) => isByPolicy && stream === sitePolicyStream
  let site: SiteFold | null = null
  let [items, unwritten, isSiteTouched] = [noItems(), 0, false]

  const fetch = async (events: ReadonlyArray<RecordedEvent>) => {
    const missing = [...new Set(events.map(({ stream }) => stream))].filter(
      (stream) => projection.folds(stream) && !kept.has(stream),
    )
    const wanted = isByPolicy && site === null ? [...missing, sitePolicyStream] : missing
    const loaded = await views.states(target, wanted)()
    if (E.isLeft(loaded)) return loaded
    if (isByPolicy) site ??= siteFold(loaded.right.find(isOfSite))
    for (const stream of missing) kept.set(stream, { ...unfolded(projection), textLength: 0 })
    for (const stored of loaded.right)
      if (!isOfSite(stored)) kept.set(stored.stream, restored(stored))
    return loaded
  }

  const foldOne = (event: RecordedEvent): E.Either<ProjectionError, void> => {
    const stream = kept.get(event.stream)
    if (stream === undefined) {
      if (event.stream !== sitePolicyStream || site === null) return E.right(undefined)
      isSiteTouched = true
      return site.fold(event, { into: items, isStrict })
    }
    touched.add(event.stream)
    return foldItem({ projection, into: items, isStrict }, stream, event)
  }

  return {
    unwritten: () => unwritten,
    fold: async (events) => {
      const fetched = await fetch(events)
      if (E.isLeft(fetched)) return fetched
      for (const event of events) {
        const folded = foldOne(event)
        if (E.isLeft(folded)) return folded
      }
      unwritten += events.length
      return E.right(undefined)
    },
    take: async () => {
      const states = [...touched].flatMap((name) => storedAgain(projection, kept, name))
      const policy = site === null ? initialSitePolicy : site.policy()
      const streams = [...touched].flatMap((stream) => {
        const folding = kept.get(stream)
        return folding === undefined ? [] : [{ stream, state: folding.state }]
      })
      const rows = streams.flatMap((stream) => streamRows(projection, stream, policy))
      const others = isSiteTouched
        ? await rowsByPolicy(parts, policy, touched)
        : E.right<ViewError, ReadonlyArray<Row>>([])
      if (E.isLeft(others)) return others
      if (isSiteTouched && site !== null) states.push(...site.stored())
      const taken = {
        ...items,
        rows: [...items.rows, ...rows, ...others.right],
        states,
        touched: [...touched],
      }
      ;[items, unwritten, isSiteTouched] = [noItems(), 0, false]
      touched.clear()
      forgetSome(kept)
      return E.right(taken)
    },
  }
}

/** The state of a stream to be stored; what was folded last is forgotten last. */
const storedAgain = <State>(
  projection: TableProjection<State>,
  kept: Map<string, Kept<State>>,
  name: string,
): StoredState[] => {
  const stream = kept.get(name)
  if (stream === undefined) return []
  const stored = storedState(projection, name, stream)
  stream.textLength = stored.state.length
  kept.delete(name)
  kept.set(name, stream)
  return [stored]
}

const forgetSome = <State>(kept: Map<string, Kept<State>>): void => {
  let texts = 0
  for (const { textLength } of kept.values()) texts += textLength
  for (const [stream, { textLength }] of kept) {
    if (kept.size <= keptMax && texts <= keptTextMax) return
    kept.delete(stream)
    texts -= textLength
  }
}

const statesAtOnce = 200

/** The rows of all streams but some, as the site's policy stands now. */
const rowsByPolicy = async <State>(
  { projection, views, target }: PageFoldParts<State>,
  policy: SitePolicy,
  but: ReadonlySet<string>,
): Promise<E.Either<ViewError, ReadonlyArray<Row>>> => {
  const rows: Row[] = []
  let after: string | undefined = ''
  while (after !== undefined) {
    const page: E.Either<ViewError, ReadonlyArray<StoredState>> = await views.statesAfter(
      target,
      after,
      statesAtOnce,
    )()
    if (E.isLeft(page)) return page
    for (const stored of page.right) {
      if (stored.stream === sitePolicyStream || but.has(stored.stream)) continue
      const { state } = restored<State>(stored)
      rows.push(...streamRows(projection, { stream: stored.stream, state }, policy))
    }
    after = page.right.at(-1)?.stream
  }
  return E.right(rows)
}

const restored = <State>({ revision, head, state }: StoredState): Kept<State> => ({
  // It was stored by this version of this projection, as the standing of its table says.
  state: viewOfText(state) as State,
  revision,
  last: null,
  head,
  textLength: state.length,
})
