import * as TE from 'fp-ts/TaskEither'
import { Observable } from 'rxjs/internal/Observable'
import { shareReplay } from 'rxjs/internal/operators/shareReplay'
import { foldRows, type RowsView, type RowsWritten } from '../../projections/operators/fold-rows'
import type { TableProjection } from '../../projections/table-projection'
import type { StoredState, ViewChange, ViewError, ViewTarget } from '../ports/view-store'
import { followView, type FollowedParts } from './follow-view'
import type { ProjectionError } from './projection-message'
import { tableVersionOf } from './table-version'

/** A ledger to watch; `closed` ends all that watch it. */
export type Watched = Omit<FollowedParts, 'views'> & { readonly closed: AbortSignal }

/**
 * The rows of a view as they stand after each page of the ledger, from its first event on, made in
 * this process: nothing is read or written beside the ledger. Who comes later gets the current
 * value first; the work ends with the last who listens. It errors with a {@link ProjectionError}.
 */
export const viewChanges$ = <State>(
  watched: Watched,
  projection: TableProjection<State>,
): Observable<RowsView> =>
  rowsWritten$(watched, projection).pipe(
    foldRows(projection.table),
    shareReplay({ bufferSize: 1, refCount: true }),
  )

const rowsWritten$ = <State>(
  { closed, ...parts }: Watched,
  projection: TableProjection<State>,
): Observable<RowsWritten> =>
  new Observable((subscriber) => {
    const end = new AbortController()
    if (closed.aborted) end.abort()
    closed.addEventListener('abort', () => end.abort(), { signal: end.signal })
    const follow = async (): Promise<void> => {
      const views = statesInMemory((written) => subscriber.next(written))
      const error = await followed({ ...parts, views }, projection, end.signal)
      if (error === null) subscriber.complete()
      else subscriber.error(error)
    }
    follow().catch((error: unknown) => subscriber.error(error))
    return () => end.abort()
  })

const followed = async <State>(
  parts: FollowedParts,
  projection: TableProjection<State>,
  signal: AbortSignal,
): Promise<ProjectionError | null> => {
  const messages = followView(parts, projection, {
    ...{ signal, pastUnreadable: true, isStrict: false },
    ...{ target: targetOf(projection), until: 'told' as const },
    from: { checkpoint: null, position: null },
  })
  for (;;) {
    const { done, value } = await messages.next()
    if (done === true) return value
  }
}

/** There is no table, and nobody else who could write it. */
const targetOf = <State>(projection: TableProjection<State>): ViewTarget => ({
  ...tableVersionOf(projection),
  slot: 'served',
  generation: 0,
  claim: { projection: projection.name, role: 'run', epoch: 0, release: () => undefined },
})

/** Keeps the states of all streams in memory, as texts, and passes on which rows are written. */
const statesInMemory = (onWritten: (written: RowsWritten) => void): FollowedParts['views'] => {
  const states = new Map<string, StoredState>()
  const found = (streams: ReadonlyArray<string>) =>
    streams.flatMap((stream) => states.get(stream) ?? [])
  return {
    states: (_target, streams) => TE.right(found(streams)),
    statesAfter: (_target, stream, limit) => {
      const later = [...states.keys()].filter((name) => name > stream).toSorted()
      return TE.right(found(later.slice(0, limit)))
    },
    write: (_target, change: ViewChange): TE.TaskEither<ViewError, void> =>
      TE.fromIO(() => {
        for (const state of change.states) states.set(state.stream, state)
        const { cleared, rows, checkpoint } = change
        onWritten({ cleared, rows, checkpoint: checkpoint?.text ?? null })
      }),
  }
}
