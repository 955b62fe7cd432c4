import { scan } from 'rxjs/internal/operators/scan'
import type { OperatorFunction } from 'rxjs'
import type { StreamItem } from '../../domain/events'
import type { Projection } from '../projection'

/** A view, and the place in the ledger that it is true at; null before the first event. */
export type Folded<View> = {
  readonly view: View
  readonly checkpoint: Pick<StreamItem, 'stream' | 'revision' | 'position'> | null
}

/** Turns pages of events into the view after each page, from a view that was folded before. */
export const foldPages =
  <View>(
    projection: Projection<View>,
    from: Folded<View> = { view: projection.initial, checkpoint: null },
  ): OperatorFunction<ReadonlyArray<StreamItem>, Folded<View>> =>
  (pages$) =>
    pages$.pipe(scan((folded, page) => foldPage(projection, folded, page), from))

const foldPage = <View>(
  { evolve }: Projection<View>,
  folded: Folded<View>,
  page: ReadonlyArray<StreamItem>,
): Folded<View> => {
  const last = page.at(-1)
  if (last === undefined) return folded
  let view = folded.view
  for (const item of page) view = evolve(view, item)
  const { stream, revision, position } = last
  return { view, checkpoint: { stream, revision, position } }
}
