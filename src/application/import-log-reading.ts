import * as E from 'fp-ts/Either'
import { mtaClassOf, mtaEventOf, parseMtaDescription } from '../../domain/mta-events'
import type { MtaEventClass, MtaEventKind } from '../../domain/mta-events'
import { parseLinkId, type LinkId } from '../../domain/link-id'
import { stepBetween, type ClockStep, type Stamp } from '../import/log-order'
import type { LogProblem } from '../import/log-problem'
import type { LogBytes, LogRecord, RecordError } from '../import/log-record'
import { readLog, type ReadRecord } from '../import/read-log'
import { surveyLog, type LogOptions, type LogSurvey } from '../import/survey-log'

/** A record that says something about a link. `stated` is in milliseconds since 1970. */
export type LogEvidence = Stamp & {
  readonly offset: number
  readonly eventId: number
  readonly class: Exclude<MtaEventClass, 'context'>
  /** Null: the record names none. */
  readonly link: LinkId | null
  readonly code: number | null
  readonly seconds: number | null
}

/** What a file holds of one computer's log; `evidence` and `steps` are in the order of the log. */
export type LogPart = {
  /** Null: the format names no computer. */
  readonly computer: string | null
  readonly from: number | null
  readonly to: number | null
  readonly records: number
  readonly recognised: number
  readonly evidence: ReadonlyArray<LogEvidence>
  readonly steps: ReadonlyArray<ClockStep>
}

/** A whole file, read. */
export type LogReading = {
  readonly survey: LogSurvey
  readonly records: number
  /** Parts in which something was recognised. */
  readonly parts: ReadonlyArray<LogPart>
  /** The first 1,000 of them. */
  readonly errors: ReadonlyArray<RecordError>
  readonly errorCount: number
  /** What the records are from, the most frequent first: for saying what a foreign log is. */
  readonly sources: ReadonlyArray<readonly [source: string, count: number]>
}

/** Bad records of one file that are listed one by one. */
const errorsKept = 1000

/** Records of failures that one file may hold: they are kept in memory until they are stored. */
const evidenceMax = 2_000_000

const stepsMax = 10_000
const sourcesMax = 1000

type GrowingPart = {
  readonly computer: string | null
  from: number
  to: number
  records: number
  recognised: number
  readonly evidence: LogEvidence[]
  readonly steps: ClockStep[]
  last: Stamp | null
}

type GrowingReading = {
  records: number
  evidenceCount: number
  errorCount: number
  readonly errors: RecordError[]
  readonly parts: Map<string, GrowingPart>
  readonly sources: Map<string, number>
  readonly links: Map<string, LinkId>
  readonly isOneLog: boolean
}

const partOf = (reading: GrowingReading, { computer, stated }: LogRecord): GrowingPart => {
  const name = computer?.replace(/\p{C}/gu, '').trim() ?? ''
  const key = reading.isOneLog ? '' : name.toLowerCase()
  const known = reading.parts.get(key)
  if (known !== undefined) return known
  const counts = { from: stated, to: stated, records: 0, recognised: 0 }
  const part = {
    computer: name === '' ? null : name,
    ...counts,
    evidence: [],
    steps: [],
    last: null,
  }
  reading.parts.set(key, part)
  return part
}

const addError = (reading: GrowingReading, error: RecordError): void => {
  reading.errorCount += 1
  if (reading.errors.length < errorsKept) reading.errors.push(error)
}

/** One object for each link, however many records name it. */
const linkOf = (
  reading: GrowingReading,
  entity: string | null,
): E.Either<string, LinkId | null> => {
  if (entity === null) return E.right(null)
  const known = reading.links.get(entity)
  if (known !== undefined) return E.right(known)
  const link = parseLinkId(entity)
  if (E.isLeft(link)) return E.left('the name in it cannot name a link')
  reading.links.set(entity, link.right)
  return link
}

const addEvidence = (reading: GrowingReading, record: LogRecord, kind: MtaEventKind): void => {
  const part = partOf(reading, record)
  const parameters = parseMtaDescription(kind, record.description)
  const evidenceClass = mtaClassOf(kind, parameters)
  if (evidenceClass === 'context') {
    part.recognised += 1
    return
  }
  const link = linkOf(reading, parameters.entity)
  if (E.isLeft(link)) {
    addError(reading, { record: record.record, offset: record.offset, message: link.left })
    return
  }
  part.recognised += 1
  reading.evidenceCount += 1
  if (reading.evidenceCount > evidenceMax) return
  const { code, seconds } = parameters
  const { record: number, offset, stated, eventId } = record
  const what = { class: evidenceClass, link: link.right, code, seconds }
  part.evidence.push({ record: number, offset, stated, eventId, ...what })
}

const addRecord = (reading: GrowingReading, record: LogRecord, survey: LogSurvey): void => {
  const part = partOf(reading, record)
  const stamp = { record: record.record, stated: record.stated }
  part.records += 1
  part.from = Math.min(part.from, record.stated)
  part.to = Math.max(part.to, record.stated)
  const step = part.last === null ? null : stepBetween(part.last, stamp, survey.order)
  if (step !== null && part.steps.length < stepsMax) part.steps.push(step)
  part.last = stamp
  const seen = reading.sources.get(record.source)
  if (seen !== undefined || reading.sources.size < sourcesMax) {
    reading.sources.set(record.source, (seen ?? 0) + 1)
  }
  const kind = mtaEventOf(record.source, record.eventId)
  if (kind !== null) addEvidence(reading, record, kind)
}

const finishPart = (part: GrowingPart, survey: LogSurvey): LogPart => {
  const { last: _last, ...counts } = part
  return survey.order === 'newest-first'
    ? { ...counts, evidence: part.evidence.toReversed(), steps: part.steps.toReversed() }
    : counts
}

const finish = (reading: GrowingReading, survey: LogSurvey): LogReading => ({
  survey,
  records: reading.records,
  parts: [...reading.parts.values()]
    .filter(({ recognised }) => recognised > 0)
    .map((part) => finishPart(part, survey)),
  errors: reading.errors,
  errorCount: reading.errorCount,
  sources: [...reading.sources].toSorted(([, first], [, second]) => second - first),
})

/** Reads a whole log; what is not evidence is counted and let go. `isOneLog`: whatever computers. */
export const readWholeLog = async (
  bytes: LogBytes,
  options: LogOptions,
  isOneLog: boolean,
): Promise<E.Either<LogProblem, LogReading>> => {
  const before = await bytes.fingerprint()
  const survey = await surveyLog(bytes, options)
  if (E.isLeft(survey)) return survey
  const counts = { records: 0, evidenceCount: 0, errorCount: 0 }
  const maps = { parts: new Map(), sources: new Map(), links: new Map() }
  const reading: GrowingReading = { ...counts, errors: [], ...maps, isOneLog }
  const onRecord = (record: ReadRecord): void => {
    reading.records += 1
    if (E.isLeft(record)) addError(reading, record.left)
    else addRecord(reading, record.right, survey.right)
  }
  await readLog({ bytes, survey: survey.right, zone: options.zone }, onRecord)
  if (reading.evidenceCount > evidenceMax) {
    return E.left({ _tag: 'TooMuchEvidence', max: evidenceMax })
  }
  if ((await bytes.fingerprint()) !== before) return E.left({ _tag: 'Changed' })
  return E.right(finish(reading, survey.right))
}
