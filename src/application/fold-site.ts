import * as E from 'fp-ts/Either'
import { sitePolicyStream } from '../../domain/events'
import type { SitePolicy } from '../../domain/policy-timeline'
import type { TableProjection } from '../../projections/table-projection'
import type { EventStore, RecordedEvent } from '../ports/event-store'
import type { StoredState } from '../ports/view-store'
import { foldItem, storedState, unfolded, type Folding, type FoldingStream } from './fold-item'
import { sitePolicy } from './load-link'
import type { ProjectionError } from './projection-message'
import { streamPages } from './stream-pages'
import { viewOfText } from './view-text'

/** The site's policy while a projection's rows are made by it. */
export type SiteFold = {
  readonly policy: () => SitePolicy
  readonly fold: (
    event: RecordedEvent,
    how: Omit<Folding<never>, 'projection'>,
  ) => E.Either<ProjectionError, void>
  /** The last event that was folded here; null: none was. */
  readonly newest: () => RecordedEvent | null
  /** What has to be stored of it: nothing before its first event. */
  readonly stored: () => ReadonlyArray<StoredState>
}

/** Folds the site's policy like the streams of a projection, from what was stored of it, if anything. */
export const siteFold = (from: StoredState | undefined): SiteFold => {
  const site: FoldingStream<SitePolicy> =
    from === undefined
      ? unfolded(projection)
      : {
          // It was stored by this version of the projection that it is stored with.
          state: viewOfText(from.state) as SitePolicy,
          revision: from.revision,
          last: null,
          head: from.head,
        }
  return {
    policy: () => site.state,
    fold: (event, how) => foldItem({ ...how, projection }, site, event),
    newest: () => site.last,
    stored: () => (site.revision < 0n ? [] : [storedState(projection, sitePolicyStream, site)]),
  }
}

/** The site's policy has no rows of its own. */
const projection: TableProjection<SitePolicy> = {
  ...sitePolicy,
  table: { name: '', columns: {}, key: [], indexes: [] },
  folds: (stream) => stream === sitePolicyStream,
  order: 'by-stream',
  rows: { each: 'item', rowsOf: () => [] },
}

/** Folds the site's policy up to a position. */
export const siteUntil = async (
  store: EventStore,
  until: bigint,
  how: Omit<Folding<never>, 'projection'>,
): Promise<E.Either<ProjectionError, SiteFold>> => {
  const site = siteFold(undefined)
  for await (const page of streamPages(store, { stream: sitePolicyStream, from: 'start' })) {
    if (E.isLeft(page)) return page
    for (const event of page.right) {
      if (event.position > until) return E.right(site)
      const folded = site.fold(event, how)
      if (E.isLeft(folded)) return folded
    }
  }
  return E.right(site)
}
