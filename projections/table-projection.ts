import { sitePolicyStream, type StreamItem } from '../domain/events'
import type { SitePolicy } from '../domain/policy-timeline'
import type { JudgedDial } from './findings/report'
import type { Projection } from './projection'

/** What a column of a view's table holds; `?` where it may be empty. */
export type ColumnType = 'TEXT' | 'TEXT?' | 'INTEGER' | 'INTEGER?' | 'REAL?'

/** What one cell of a row holds. */
export type Cell = string | number | bigint | null

/** The columns of a table, in their order. */
type Columns = Readonly<Record<string, ColumnType>>

/** A row of a table with these columns. */
export type RowOf<C extends Columns> = {
  readonly [Name in keyof C]: C[Name] extends `TEXT${infer Empty}`
    ? string | (Empty extends '?' ? null : never)
    : number | bigint | (C[Name] extends `${string}?` ? null : never)
}

/** A row of any table. */
export type Row = Readonly<Record<string, Cell>>

/** The table that anybody can read a view in. A row with the key of an earlier one replaces it. */
export type Table = {
  readonly name: string
  readonly columns: Columns
  readonly key: ReadonlyArray<string>
  readonly indexes: ReadonlyArray<ReadonlyArray<string>>
}

/**
 * The rows that a projection gives: one of each stream, by itself or as the site's policy stands; some
 * of each item that it folds; or one of each dial that the audit judges.
 */
export type Rows<State> =
  | { readonly each: 'stream'; readonly rowOf: (state: State, stream: string) => Row }
  | {
      readonly each: 'stream-by-policy'
      readonly rowOf: (state: State, stream: string, site: SitePolicy) => Row
    }
  | {
      readonly each: 'item'
      /** The rows that an item changed; `state` is the one after it. */
      readonly rowsOf: (state: State, item: StreamItem) => ReadonlyArray<Row>
    }
  | {
      readonly each: 'verdict'
      /** Whether all links have to be judged anew, not that of the item's stream alone. */
      readonly concernsAll: (item: StreamItem) => boolean
      readonly rowOf: (dial: JudgedDial) => Row
    }

/**
 * A fold of each stream for itself whose results are the rows of a table, so that a ledger of any size
 * is folded with the states of a few streams in memory. `folds` says which streams it is about.
 */
export type TableProjection<State> = Projection<State> & {
  readonly table: Table
  readonly folds: (stream: string) => boolean
  /** In which order a whole ledger is folded; by stream, each state is made and stored once. */
  readonly order: 'by-stream' | 'by-position'
  readonly rows: Rows<State>
}

/** Whether a projection has to be told what a stream says. */
export const readsStream = <State>({ folds, rows }: TableProjection<State>, stream: string) =>
  folds(stream) || (rows.each === 'stream-by-policy' && stream === sitePolicyStream)

/** Whether a stream is that of a link. */
export const isLinkStream = (stream: string): boolean => stream.startsWith('link-')

/** The name of the link that a stream is about. */
export const linkOf = (stream: string): string => stream.slice('link-'.length)
