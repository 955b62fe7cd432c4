import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import type { TableProjection } from '../../projections/table-projection'
import type { RecordedEvent } from '../ports/event-store'
import type { StoredState, ViewChange, ViewError } from '../ports/view-store'
import {
  foldItem,
  noItems,
  storedState,
  streamRows,
  unfolded,
  type FoldingStream,
} from './fold-item'
import type { ProjectionError } from './projection-message'
import { viewOfText } from './view-text'

/** States of streams that are kept in memory between pages. */
const keptMax = 256

/** Characters that the stored texts of kept states may have together: one of a busy link has many. */
const keptTextMax = 8_000_000

/** A fold of a ledger's pages; what it folded since is written as one change. */
export type PageFold = {
  readonly fold: (events: ReadonlyArray<RecordedEvent>) => Promise<E.Either<ProjectionError, void>>
  /** How many events were folded and not written yet. */
  readonly unwritten: () => number
  /** Everything that was folded since the last call; the caller writes it, or folds anew. */
  readonly take: () => Pick<ViewChange, 'rows' | 'states' | 'problems' | 'accepted'>
}

/** What a page fold needs; `load` gives the stored states of streams. */
export type PageFoldParts<State> = {
  readonly projection: TableProjection<State>
  readonly load: (
    streams: ReadonlyArray<string>,
  ) => TaskEither<ViewError, ReadonlyArray<StoredState>>
  readonly isStrict: boolean
}

type Kept<State> = FoldingStream<State> & { textLength: number }

/** Folds pages with the states of few streams in memory at a time. */
export const pageFold = <State>({ projection, load, isStrict }: PageFoldParts<State>): PageFold => {
  const kept = new Map<string, Kept<State>>()
  const touched = new Set<string>()
  let [items, unwritten] = [noItems(), 0]

  const fetch = async (events: ReadonlyArray<RecordedEvent>) => {
    const missing = [...new Set(events.map(({ stream }) => stream))].filter((it) => !kept.has(it))
    const loaded = await load(missing)()
    if (E.isLeft(loaded)) return loaded
    for (const stream of missing) kept.set(stream, { ...unfolded(projection), textLength: 0 })
    for (const stored of loaded.right) kept.set(stored.stream, restored(stored))
    return loaded
  }

  const forgetSome = (): void => {
    let texts = 0
    for (const { textLength } of kept.values()) texts += textLength
    for (const [stream, { textLength }] of kept) {
      if (kept.size <= keptMax && texts <= keptTextMax) return
      kept.delete(stream)
      texts -= textLength
    }
  }

  const storedStates = (): ReadonlyArray<StoredState> =>
    [...touched].flatMap((name) => {
      const stream = kept.get(name)
      if (stream === undefined) return []
      const stored = storedState(name, stream)
      stream.textLength = stored.state.length
      // What was folded last is forgotten last.
      kept.delete(name)
      kept.set(name, stream)
      return [stored]
    })

  return {
    unwritten: () => unwritten,
    fold: async (events) => {
      const fetched = await fetch(events)
      if (E.isLeft(fetched)) return fetched
      for (const event of events) {
        const stream = kept.get(event.stream)
        if (stream === undefined) continue
        const folded = foldItem({ projection, into: items, isStrict }, stream, event)
        if (E.isLeft(folded)) return folded
        touched.add(event.stream)
        unwritten += 1
      }
      return E.right(undefined)
    },
    take: () => {
      const states = storedStates()
      const ofStreams = [...touched].flatMap((name) => {
        const stream = kept.get(name)
        return stream === undefined ? [] : streamRows(projection, name, stream)
      })
      const { rows, problems, accepted } = items
      ;[items, unwritten] = [noItems(), 0]
      touched.clear()
      forgetSome()
      return { rows: [...rows, ...ofStreams], states, problems, accepted }
    },
  }
}

const restored = <State>({ revision, head, state }: StoredState): Kept<State> => ({
  // It was stored by this version of this projection, as the standing of its table says.
  state: viewOfText(state) as State,
  revision,
  last: null,
  head,
  textLength: state.length,
})
