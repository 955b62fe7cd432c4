import type { Either } from 'fp-ts/Either'
import type { AppendError } from './event-store'

/**
 * A record of a log that says something about a link. `part` and `link` are numbers that whoever
 * reads the log gave to its computers and links. `stated` is in milliseconds since 1970.
 */
export type SpooledEvidence = {
  readonly part: number
  /** Null: the record names none. */
  readonly link: number | null
  readonly eventId: number
  readonly code: number | null
  readonly seconds: number | null
  readonly stated: number
  readonly record: number
  readonly offset: number
  readonly isRecovered: boolean
}

/** Evidence at its place in its log. */
export type PlacedEvidence = SpooledEvidence & {
  /** How many of its part have the same link, event, code and seconds in one second, and come before. */
  readonly count: number
}

/** Which way the records of a file lie; recovered ones come first, by their numbers. */
export type SpoolOrder = 'oldest-first' | 'newest-first'

/** Some of what a part says of one link, or of none: in the order of the log, from a place on (0-based). */
export type SpoolRange = Pick<SpooledEvidence, 'part' | 'link'> & {
  readonly from: number
  readonly limit: number
}

/** An event that a stream held before; `isOfFile`: it came from the file that is being imported. */
export type StoredId = { readonly id: string; readonly isOfFile: boolean }

/** Why nothing can be spooled: there is no room, or none that may be written. */
export type SpoolError = Extract<AppendError, { _tag: 'Unavailable' }>

/**
 * Where the evidence of one file lies between being read and being stored, so that no file fills the
 * memory; and the ids that the ledger holds already.
 */
export interface EvidenceSpool {
  /** Pieces of evidence that one file may hold. */
  readonly evidenceMax: number
  /** Takes in a piece, in the order of the file; an error shows when the spool is put in order. */
  readonly add: (evidence: SpooledEvidence) => void
  /** Puts everything into the order of its log; then it can be read, and nothing be added. */
  readonly arrange: (order: SpoolOrder) => Either<SpoolError, void>
  readonly read: (range: SpoolRange) => Either<SpoolError, ReadonlyArray<PlacedEvidence>>
  /** Takes in events that a stream holds; those that it was told of before count once. */
  readonly remember: (stream: string, ids: ReadonlyArray<StoredId>) => Either<SpoolError, void>
  /** Which of some ids a stream is remembered to hold. */
  readonly remembered: (
    stream: string,
    ids: ReadonlyArray<string>,
  ) => Either<SpoolError, ReadonlyMap<string, StoredId>>
  /** How many of the events that are remembered came from the file. */
  readonly countOfFile: () => Either<SpoolError, number>
  readonly close: () => void
}
