import { scan } from 'rxjs/internal/operators/scan'
import type { OperatorFunction } from 'rxjs'
import type { Row, Table } from '../table-projection'

/** Rows that were written, after those of some links were removed, and what they are true at. */
export type RowsWritten = {
  readonly cleared: ReadonlyArray<string> | 'all'
  readonly rows: ReadonlyArray<Row>
  /** The text of a checkpoint. */
  readonly checkpoint: string | null
}

/** Every row of a view by its key (the cells with tabs between), and what they are true at. */
export type RowsView = {
  readonly rows: ReadonlyMap<string, Row>
  readonly checkpoint: string | null
}

/** Turns what is written of a table into all of its rows after each time. */
export const foldRows =
  ({ key }: Pick<Table, 'key'>): OperatorFunction<RowsWritten, RowsView> =>
  (written$) =>
    written$.pipe(scan((view: RowsView, written) => afterWriting(key, view, written), noRows))

const noRows: RowsView = { rows: new Map(), checkpoint: null }

const afterWriting = (
  key: ReadonlyArray<string>,
  view: RowsView,
  { cleared, rows, checkpoint }: RowsWritten,
): RowsView => {
  const next = new Map(cleared === 'all' ? [] : view.rows)
  if (cleared !== 'all' && cleared.length > 0) {
    const links = new Set(cleared)
    for (const [at, row] of next) if (links.has(String(row['link']))) next.delete(at)
  }
  for (const row of rows) next.set(key.map((column) => String(row[column])).join('\t'), row)
  return { rows: next, checkpoint }
}
