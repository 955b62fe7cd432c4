import type { ColumnType, Table } from '../../../projections/table-projection'
import type { ViewSlot } from '../../ports/view-store'

/** The form of the tables below, in `PRAGMA user_version`; a later version may change it. */
export const viewsSchema = 1

/**
 * What keeps the views' own tables in order; `docs/views.md` tells what of it is meant for others.
 * A generation names one table for good: AUTOINCREMENT never gives a number twice.
 */
export const createViewTables = `
CREATE TABLE IF NOT EXISTS views (
  generation INTEGER PRIMARY KEY AUTOINCREMENT,
  projection TEXT NOT NULL,
  slot TEXT NOT NULL,
  table_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  ledger TEXT NOT NULL,
  checkpoint TEXT,
  position INTEGER,
  bulk_until INTEGER,
  bulk_done INTEGER,
  bulk_last TEXT,
  unreadable INTEGER NOT NULL DEFAULT 0,
  UNIQUE (projection, slot)
) STRICT;
CREATE TABLE IF NOT EXISTS view_states (
  generation INTEGER NOT NULL,
  stream TEXT NOT NULL,
  revision INTEGER NOT NULL,
  head TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (generation, stream)
) STRICT;
CREATE TABLE IF NOT EXISTS view_problems (
  generation INTEGER NOT NULL,
  stream TEXT NOT NULL,
  revision INTEGER NOT NULL,
  position INTEGER NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (generation, stream, revision)
) STRICT;
CREATE TABLE IF NOT EXISTS view_runs (
  projection TEXT NOT NULL,
  role TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  PRIMARY KEY (projection, role)
) STRICT`

/** The name that a projection's table has in a slot: the served one has the name that people know. */
export const tableNameOf = ({ name }: Table, slot: ViewSlot): string =>
  slot === 'served' ? name : `${name}__${slot}`

/** The statements that make the table of a slot, and its indexes. */
export const createTableOf = (
  table: Table,
  slot: ViewSlot,
  generation: number,
): ReadonlyArray<string> => {
  const name = tableNameOf(table, slot)
  const columns = Object.entries(table.columns).map(
    ([column, type]) => `${quoted(column)} ${typeOf(type)}`,
  )
  const key = `PRIMARY KEY (${listed(table.key)})`
  return [
    `CREATE TABLE ${quoted(name)} (${[...columns, key].join(', ')}) STRICT`,
    ...table.indexes.map(
      (index) =>
        // Names of indexes are the file's, and outlive the renaming of their table.
        `CREATE INDEX ${quoted(`${table.name}_${generation}_${index.join('_')}`)}
         ON ${quoted(name)} (${listed(index)})`,
    ),
  ]
}

/** Names of columns or tables, fit for SQL. */
export const listed = (names: ReadonlyArray<string>): string => names.map(quoted).join(', ')

/** One name, fit for SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

const typeOf = (type: ColumnType): string =>
  type.endsWith('?') ? type.slice(0, -1) : `${type} NOT NULL`
