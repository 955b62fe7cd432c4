import type { LogRecord } from '../import/log-record'

/** Numbers of the records on both sides of a hole in the numbers of a log. */
export type RecordGap = readonly [afterRecord: number, beforeRecord: number]

/** What the numbers of a log's own records show. */
export type RecordNumbers = {
  /** The lowest and the highest number; null: there is no such record. */
  readonly range: readonly [first: number, last: number] | null
  /** Oldest first, at most {@link gapsMax} of them, the newest. */
  readonly gaps: ReadonlyArray<RecordGap>
  /** Milliseconds since 1970 before which there are more gaps than are listed; null: there are not. */
  readonly unlistedBeforeMs: number | null
}

/** Gaps that one event can list: at most 20 bytes each, of 256 KiB. */
const gapsMax = 10_000

/** Takes the numbers of records in, in the order of the log, and tells what they show. */
export type NumberSurvey = {
  readonly see: (record: Pick<LogRecord, 'record' | 'stated'>) => void
  readonly seen: () => RecordNumbers
}

/** Gives a survey that has seen nothing; `oldest`: the number that the log says it begins with. */
export const numberSurvey = (oldest: number | null): NumberSurvey => {
  let first: number | null = null
  let last = oldest === null ? null : oldest - 1
  let gaps: { readonly gap: RecordGap; readonly resumedMs: number }[] = []
  let unlistedBeforeMs: number | null = null

  const keepNewest = (): void => {
    const dropped = gaps.length - gapsMax
    unlistedBeforeMs = gaps[dropped - 1]?.resumedMs ?? null
    gaps = gaps.slice(dropped)
  }
  return {
    see: ({ record, stated }) => {
      if (last !== null && record > last + 1) gaps.push({ gap: [last, record], resumedMs: stated })
      if (gaps.length >= 2 * gapsMax) keepNewest()
      first = first === null ? record : Math.min(first, record)
      last = last === null ? record : Math.max(last, record)
    },
    seen: () => {
      if (gaps.length > gapsMax) keepNewest()
      const range = first === null || last === null ? null : ([first, last] as const)
      return { range, gaps: gaps.map(({ gap }) => gap), unlistedBeforeMs }
    },
  }
}
