import type { Projection } from '../../projections/projection'
import type { NewestEvent } from '../ports/event-store'
import type { FoldedStream } from './ledger-parts'

/** A view that this process folded. */
export type LiveView<View> = FoldedStream<View> & {
  /** The event at its head; null: none, or unknown. */
  readonly newest: NewestEvent | null
  /** How many of its events the newest snapshot covers. */
  readonly covered: bigint
}

/** The views that one process folded last, so that it need not read its snapshots again. */
export type LiveViews = {
  readonly get: <View>(projection: Projection<View>, stream: string) => LiveView<View> | undefined
  /** Takes the place of what was remembered of this projection and stream. */
  readonly put: <View>(projection: Projection<View>, view: LiveView<View>) => void
}

/** Most views that are remembered; the one of a busy link takes some 200 KB. */
const viewsMax = 512

/** Remembers nothing yet; what was put there longest ago is forgotten first. */
export const liveViews = (): LiveViews => {
  const views = new Map<string, LiveView<unknown>>()
  return {
    get: <View>(projection: Projection<View>, stream: string) =>
      // What lies there was put there for this version of this projection.
      views.get(keyOf(projection, stream)) as LiveView<View> | undefined,
    put: (projection, view) => {
      const key = keyOf(projection, view.head.stream)
      views.delete(key)
      views.set(key, view)
      const [oldest] = views.size > viewsMax ? views.keys() : []
      if (oldest !== undefined) views.delete(oldest)
    },
  }
}

const keyOf = (
  { name, version }: { readonly name: string; readonly version: number },
  stream: string,
): string => `${name} ${version} ${stream}`
