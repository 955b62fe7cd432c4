import type { RecordOrder } from './log-record'

/** How often time went up and down from one record to the next, in the order of the file. */
export type TimeMoves = { readonly ups: number; readonly downs: number }

/** Seconds that time may go back between two records without being called a clock step. */
const stepToleranceSec = 3

/** A step of the clock backwards, in the order of the log; `record` is the first one after it. */
export type ClockStep = { readonly record: number; readonly from: number; readonly to: number }

/** Gives the order of a file by the majority of its time steps. */
export const orderOf = ({ ups, downs }: TimeMoves): RecordOrder => {
  if (ups === downs) return 'unknown'
  return ups > downs ? 'oldest-first' : 'newest-first'
}

/** A record's place and time, in milliseconds since 1970. */
export type Stamp = { readonly record: number; readonly stated: number }

/**
 * The step between two neighbours of one log, the earlier in the file first; null: there is none. Of
 * a file that is newest first, the second is the older one.
 */
export const stepBetween = (above: Stamp, below: Stamp, order: RecordOrder): ClockStep | null => {
  const [older, newer] = order === 'newest-first' ? [below, above] : [above, below]
  return newer.stated < older.stated - stepToleranceSec * 1000
    ? { record: newer.record, from: older.stated, to: newer.stated }
    : null
}
