import { attempts } from './attempts'
import { episodes } from './episodes'
import { findingsTable } from './findings-table'
import { linkHealth } from './link-health'
import { retryWindowsTable } from './retry-windows-table'
import type { Table, TableProjection } from './table-projection'
import { timeline } from './timeline'

/** A projection whose states nobody outside of it needs to know. */
export type AnyTableProjection = {
  readonly name: string
  readonly table: Table
  /** Does something with the projection that fits any. */
  readonly use: <Result>(work: <State>(projection: TableProjection<State>) => Result) => Result
}

const any = <State>(projection: TableProjection<State>): AnyTableProjection => ({
  name: projection.name,
  table: projection.table,
  use: (work) => work(projection),
})

/** Every projection that has a table, in the order in which they are rebuilt. */
export const tableProjections: ReadonlyArray<AnyTableProjection> = [
  any(retryWindowsTable),
  any(episodes),
  any(attempts),
  any(findingsTable),
  any(linkHealth),
  any(timeline),
]
