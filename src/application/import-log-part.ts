import type { NumberedLink } from './import-log-links'
import { stepBetween, type ClockStep, type Stamp } from '../import/log-order'
import type { LogRecord, RecordOrder } from '../import/log-record'

/**
 * What a file holds of one computer's log, but for the evidence; `steps` are in the order of the log.
 * `from` and `to` bound what the log itself holds; null: nothing.
 */
export type LogPart = {
  /** The number that its evidence is spooled by. */
  readonly number: number
  /** Null: the format names no computer. */
  readonly computer: string | null
  readonly from: number | null
  readonly to: number | null
  readonly records: number
  readonly recognised: number
  readonly recovered: number
  readonly steps: ReadonlyArray<ClockStep>
  /** In the order in which the log first names them. */
  readonly links: ReadonlyArray<NumberedLink>
}

/** A part while its file is read. */
export type GrowingPart = {
  readonly number: number
  readonly computer: string | null
  from: number | null
  to: number | null
  records: number
  recognised: number
  recovered: number
  readonly steps: ClockStep[]
  last: Stamp | null
}

const stepsMax = 10_000

/** A part of which nothing was read yet. */
export const emptyPart = (number: number, computer: string | null): GrowingPart => ({
  number,
  computer,
  from: null,
  to: null,
  records: 0,
  recognised: 0,
  recovered: 0,
  steps: [],
  last: null,
})

/** What the log counts no more says nothing of what it covers, nor of steps of its clock. */
export const addToCoverage = (part: GrowingPart, record: LogRecord, order: RecordOrder): void => {
  if (record.isRecovered === true) {
    part.recovered += 1
    return
  }
  const stamp = { record: record.record, stated: record.stated }
  part.from = Math.min(part.from ?? record.stated, record.stated)
  part.to = Math.max(part.to ?? record.stated, record.stated)
  const step = part.last === null ? null : stepBetween(part.last, stamp, order)
  if (step !== null && part.steps.length < stepsMax) part.steps.push(step)
  part.last = stamp
}

/** Gives a part as it is once its file was read. */
export const finishPart = (
  { last: _last, ...part }: GrowingPart,
  links: ReadonlyArray<NumberedLink>,
  order: RecordOrder,
): LogPart => ({
  ...part,
  links,
  steps: order === 'newest-first' ? part.steps.toReversed() : part.steps,
})
