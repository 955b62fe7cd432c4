/** The shapes of log export that can be read; `text` is separated by tabs. */
export type LogFormat = 'nt-text' | 'nt-csv' | 'vista-text' | 'vista-csv'

/** Every format by name, as `--format` takes them. */
export const logFormats: ReadonlyArray<LogFormat> = ['nt-text', 'nt-csv', 'vista-text', 'vista-csv']

/** In which order a date is written. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

/** Every date order, as `--date-order` takes them. */
export const dateOrders: ReadonlyArray<DateOrder> = ['dmy', 'mdy', 'ymd']

/** The order of the records of a file; `unknown` when all their times are equal. */
export type RecordOrder = 'oldest-first' | 'newest-first' | 'unknown'

/** Bytes that one record may have. Event Viewer stops at 32 KiB; more is no record of a log. */
export const recordBytesMax = 1024 * 1024

/** The text of one record; `record` counts from 1 in the order of the file, `offset` is in bytes. */
export type RecordText = {
  readonly record: number
  readonly offset: number
  readonly text: string
  /** Why there is no whole text. */
  readonly damage: 'too-long' | 'undecodable' | 'no-record' | null
}

/** One record as it is written: nothing but its columns is understood yet. */
export type LogFields = {
  readonly date: string
  readonly time: string
  readonly source: string
  readonly eventId: number
  readonly type: string
  readonly category: string
  /** Null where the format has no such column. */
  readonly computer: string | null
  readonly description: string
}

/** One record of a log. `stated` is the time that it claims, in milliseconds since 1970. */
export type LogRecord = Omit<LogFields, 'date' | 'time'> & {
  readonly record: number
  readonly offset: number
  readonly stated: number
}

/** What is wrong with a file or with one of its records; null: the whole file. */
export type RecordError = {
  readonly record: number | null
  readonly offset: number | null
  readonly message: string
}

/** A log whose bytes can be read several times over, in chunks of any size. */
export type LogBytes = {
  readonly open: () => AsyncIterable<Uint8Array>
  /** Differs once the bytes have changed. */
  readonly fingerprint: () => Promise<string>
}
