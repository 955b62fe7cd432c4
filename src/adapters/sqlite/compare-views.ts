import type { Row } from '../../../projections/table-projection'
import type { ViewDifferences, ViewTarget } from '../../ports/view-store'
import type { Connection } from './connection'
import { listed, quoted, tableNameOf } from './view-schema'
import { viewStanding } from './view-standing'

/**
 * The rows in which a table and the served one differ; undefined where the two are not true at one
 * place, so that nothing follows from their being different.
 */
export const compareViews = (
  connection: Connection,
): ((target: ViewTarget, listedMax: number) => ViewDifferences | undefined) => {
  const standing = viewStanding(connection)
  return ({ name, table, slot }, listedMax) => {
    const [fresh, served] = [standing(name, slot), standing(name, 'served')]
    if (fresh === undefined || served === undefined) return undefined
    if (fresh.checkpoint !== served.checkpoint || fresh.version !== served.version) return undefined
    const tables = [tableNameOf(table, 'served'), tableNameOf(table, slot)] as const
    const columns = Object.keys(table.columns)
    const onlyServed = rowsOnlyIn(connection, tables, columns)
    const onlyFresh = rowsOnlyIn(connection, [tables[1], tables[0]], columns)
    return {
      onlyServed: onlyServed.slice(0, listedMax),
      onlyFresh: onlyFresh.slice(0, listedMax),
      more: [onlyServed, onlyFresh].reduce(
        (sum, rows) => sum + Math.max(0, rows.length - listedMax),
        0,
      ),
    }
  }
}

const rowsOnlyIn = (
  connection: Connection,
  [one, other]: readonly [one: string, other: string],
  columns: ReadonlyArray<string>,
): ReadonlyArray<Row> =>
  connection
    .prepare<[], Row>(
      `SELECT ${listed(columns)} FROM ${quoted(one)}
       EXCEPT SELECT ${listed(columns)} FROM ${quoted(other)}`,
    )
    .all()
