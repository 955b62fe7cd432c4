/** What one import run read of one log, for coverage and for repeating imports (R15). */
export type SourceReadData = {
  readonly fileHash: string
  readonly file: string
  readonly format: string
  readonly from: string | null
  readonly to: string | null
  readonly records: number
  readonly recordNumbers: ReadonlyArray<readonly [first: number, last: number]>
  readonly gaps: ReadonlyArray<readonly [afterRecord: number, beforeRecord: number]>
  readonly resolutionSec: number
  readonly zone: string
  readonly dateOrder: 'dmy' | 'mdy' | 'ymd' | null
  readonly link: string | null
  readonly order: 'oldest-first' | 'newest-first' | 'unknown'
}
