import type { MtaEventClass } from '../../domain/mta-events'
import type { LinkId } from '../../domain/link-id'
import { stepBetween, type ClockStep, type Stamp } from '../import/log-order'
import type { LogRecord, RecordOrder } from '../import/log-record'

/** A record that says something about a link. `stated` is in milliseconds since 1970. */
export type LogEvidence = Stamp & {
  readonly offset: number
  readonly eventId: number
  readonly class: Exclude<MtaEventClass, 'context'>
  /** Null: the record names none. */
  readonly link: LinkId | null
  readonly code: number | null
  readonly seconds: number | null
  readonly isRecovered: boolean
}

/**
 * What a file holds of one computer's log; `evidence` and `steps` are in the order of the log, what was
 * recovered first. `from` and `to` bound what the log itself holds; null: nothing.
 */
export type LogPart = {
  /** Null: the format names no computer. */
  readonly computer: string | null
  readonly from: number | null
  readonly to: number | null
  readonly records: number
  readonly recognised: number
  readonly recovered: number
  readonly evidence: ReadonlyArray<LogEvidence>
  readonly steps: ReadonlyArray<ClockStep>
}

/** A part while its file is read. */
export type GrowingPart = {
  readonly computer: string | null
  from: number | null
  to: number | null
  records: number
  recognised: number
  recovered: number
  readonly recoveredEvidence: LogEvidence[]
  readonly evidence: LogEvidence[]
  readonly steps: ClockStep[]
  last: Stamp | null
}

const stepsMax = 10_000

/** A part of which nothing was read yet. */
export const emptyPart = (computer: string | null): GrowingPart => ({
  computer,
  from: null,
  to: null,
  records: 0,
  recognised: 0,
  recovered: 0,
  recoveredEvidence: [],
  evidence: [],
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
export const finishPart = (part: GrowingPart, order: RecordOrder): LogPart => {
  const { last: _last, recoveredEvidence, evidence, ...counts } = part
  if (order === 'newest-first') {
    return { ...counts, evidence: evidence.toReversed(), steps: part.steps.toReversed() }
  }
  const recovered = recoveredEvidence.toSorted((first, second) => first.record - second.record)
  return { ...counts, evidence: [...recovered, ...evidence] }
}
