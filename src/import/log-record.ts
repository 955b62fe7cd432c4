import type { Either } from 'fp-ts/Either'

/** The shapes of log export that are text; `text` is separated by tabs. */
export type TextLogFormat = 'nt-text' | 'nt-csv' | 'vista-text' | 'vista-csv'

/** The shapes of log that can be read; `evt` is the binary file of Windows NT to 2003. */
export type LogFormat = TextLogFormat | 'evt'

/** Every format by name, as `--format` takes them. */
export const logFormats: ReadonlyArray<LogFormat> = [
  'nt-text',
  'nt-csv',
  'vista-text',
  'vista-csv',
  'evt',
]

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

/**
 * One record of a log. `record` counts from 1 in the order of the file, or is the record's own number
 * where it has one. `stated` is the time that it claims, in milliseconds since 1970.
 */
export type LogRecord = Omit<LogFields, 'date' | 'time'> & {
  readonly record: number
  readonly offset: number
  readonly stated: number
  /** What is put into the message of the event; absent where the log has its whole text. */
  readonly strings?: ReadonlyArray<string>
  /** Whether the log itself counts the record no more. */
  readonly isRecovered?: boolean
}

/** What is wrong with a file or with one of its records; null: the whole file. */
export type RecordError = {
  readonly record: number | null
  readonly offset: number | null
  readonly message: string
}

/** A record of a log, or what is wrong with one. */
export type ReadRecord = Either<RecordError, LogRecord>

/** A log whose bytes can be read several times over, in chunks of any size. */
export type LogBytes = {
  /**
   * Gives all bytes, or those of a range from an offset up to another, exclusive. A chunk may be
   * overwritten once the next one is asked for.
   */
  readonly open: (range?: {
    readonly from: number
    readonly to: number
  }) => AsyncIterable<Uint8Array>
  /** Differs once the bytes have changed. */
  readonly fingerprint: () => Promise<string>
}
