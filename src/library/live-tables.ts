import type { Observable } from 'rxjs/internal/Observable'
import { attempts } from '../../projections/attempts'
import { episodes } from '../../projections/episodes'
import { findingsTable } from '../../projections/findings-table'
import { linkHealth } from '../../projections/link-health'
import type { RowsView } from '../../projections/operators/fold-rows'
import { retryWindowsTable } from '../../projections/retry-windows-table'
import { timeline } from '../../projections/timeline'
import { viewChanges$, type Watched } from '../application/view-changes'

/** Views of one opened ledger that are true as events come; `docs/views.md` tells their columns. */
export type LiveTables = {
  /** What keeps each link from being dialed, and until when; the key is the link. */
  readonly retryWindows$: Observable<RowsView>
  /** What belongs together of the evidence of failures; the key is the episode. */
  readonly episodes$: Observable<RowsView>
  /** Each grant, and what was seen of its dial; the key is the attempt. */
  readonly attempts$: Observable<RowsView>
  /** The audit's verdict on each dial; the key is link, computer and id. */
  readonly findings$: Observable<RowsView>
  /** How each link has done: dials, successes, refusals, time up; the key is the link. */
  readonly linkHealth$: Observable<RowsView>
  /** Every event of the ledger as one row; the key is its position. */
  readonly timeline$: Observable<RowsView>
}

/** The views of a ledger. Nothing is done before somebody listens. */
export const liveTables = (watched: Watched): LiveTables => ({
  retryWindows$: viewChanges$(watched, retryWindowsTable),
  episodes$: viewChanges$(watched, episodes),
  attempts$: viewChanges$(watched, attempts),
  findings$: viewChanges$(watched, findingsTable),
  linkHealth$: viewChanges$(watched, linkHealth),
  timeline$: viewChanges$(watched, timeline),
})
