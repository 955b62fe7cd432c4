import type { Observable } from 'rxjs/internal/Observable'
import { findingsTable } from '../../projections/findings-table'
import type { RowsView } from '../../projections/operators/fold-rows'
import { retryWindowsTable } from '../../projections/retry-windows-table'
import { viewChanges$, type Watched } from '../application/view-changes'

/** Views of one opened ledger that are true as events come; `docs/views.md` tells their columns. */
export type LiveTables = {
  /** What keeps each link from being dialed, and until when; the key is the link. */
  readonly retryWindows$: Observable<RowsView>
  /** The audit's verdict on each dial; the key is link, computer and id. */
  readonly findings$: Observable<RowsView>
}

/** The views of a ledger. Nothing is done before somebody listens. */
export const liveTables = (watched: Watched): LiveTables => ({
  retryWindows$: viewChanges$(watched, retryWindowsTable),
  findings$: viewChanges$(watched, findingsTable),
})
