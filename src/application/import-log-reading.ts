import * as E from 'fp-ts/Either'
import { mtaClassOf, mtaEventOf, parseMtaDescription } from '../../domain/mta-events'
import type { MtaEventKind } from '../../domain/mta-events'
import { parseMtaStrings } from '../../domain/mta-strings'
import type { LinkId } from '../../domain/link-id'
import type { EvidenceSpool, SpoolOrder } from '../ports/evidence-spool'
import {
  addToCoverage,
  emptyPart,
  finishPart,
  type GrowingPart,
  type LogPart,
} from './import-log-part'
import { logLinks, type LogLinks } from './import-log-links'
import { numberSurvey, type NumberSurvey, type RecordNumbers } from './import-log-gaps'
import type { LogProblem } from '../import/log-problem'
import type { LogBytes, LogRecord, ReadRecord, RecordError } from '../import/log-record'
import { readLog } from '../import/read-log'
import { surveyLog, type LogOptions, type LogSurvey } from '../import/survey-log'

/** A whole file, read. */
export type LogReading = {
  readonly survey: LogSurvey
  readonly records: number
  /** Of the log's own records; null: they have none. */
  readonly numbers: RecordNumbers | null
  /** Parts in which something was recognised. */
  readonly parts: ReadonlyArray<LogPart>
  /** Pieces of evidence in the spool, of all parts. */
  readonly evidenceCount: number
  /** How many different links the evidence names. */
  readonly linkCount: number
  /** The first 1,000 of them. */
  readonly errors: ReadonlyArray<RecordError>
  readonly errorCount: number
  /** What the records are from, the most frequent first: for saying what a foreign log is. */
  readonly sources: ReadonlyArray<readonly [source: string, count: number]>
}

/** Bad records of one file that are listed one by one. */
const errorsKept = 1000

const sourcesMax = 1000

/** Longest name of a computer, in UTF-16 units: a DNS name has at most 253. */
const computerLengthMax = 256

/** Computers that one file may name: no real log comes near. */
const computersMax = 1000

/** Where the evidence of a file goes, and what is known of it whatever its records say. */
export type ReadInto = {
  readonly spool: EvidenceSpool
  /** Whether its records are of one log, whatever computers they name. */
  readonly isOneLog: boolean
  /** The link that all evidence is put on; null: the ones that it names. */
  readonly link: LinkId | null
}

type GrowingReading = {
  records: number
  evidenceCount: number
  errorCount: number
  readonly errors: RecordError[]
  readonly parts: Map<string, GrowingPart>
  readonly sources: Map<string, number>
  readonly links: LogLinks
  readonly into: ReadInto
  readonly numbers: NumberSurvey | null
}

/** Why a record cannot be put into the log of its computer. */
const computerProblem = (name: string, reading: GrowingReading): string | null => {
  if (name.length > computerLengthMax) return 'its computer has a name longer than any'
  return reading.parts.size < computersMax ? null : 'the file names more computers than any log'
}

const partOf = (
  reading: GrowingReading,
  computer: string | null,
): E.Either<string, GrowingPart> => {
  const name = computer?.replace(/\p{C}/gu, '').trim() ?? ''
  const key = reading.into.isOneLog ? '' : name.toLowerCase()
  const known = reading.parts.get(key)
  if (known !== undefined) return E.right(known)
  const problem = computerProblem(name, reading)
  if (problem !== null) return E.left(problem)
  const part = emptyPart(reading.parts.size, name === '' ? null : name)
  reading.parts.set(key, part)
  return E.right(part)
}

const addError = (reading: GrowingReading, error: RecordError): void => {
  reading.errorCount += 1
  if (reading.errors.length < errorsKept) reading.errors.push(error)
}

type Where = { readonly reading: GrowingReading; readonly part: GrowingPart }

const addEvidence = (
  { reading, part }: Where,
  record: LogRecord,
  kind: MtaEventKind,
): E.Either<string, null> => {
  const { strings, description, isRecovered = false } = record
  const parameters =
    strings === undefined ? parseMtaDescription(kind, description) : parseMtaStrings(kind, strings)
  const evidenceClass = mtaClassOf(kind, parameters)
  const isEvidence = evidenceClass !== 'context'
  const link = isEvidence ? reading.links.numberOf(parameters.entity) : E.right(null)
  if (E.isLeft(link)) return link
  part.recognised += 1
  if (!isEvidence) return E.right(null)
  reading.evidenceCount += 1
  if (reading.evidenceCount > reading.into.spool.evidenceMax) return E.right(null)
  const { code, seconds } = parameters
  const { record: number, offset, stated, eventId } = record
  const what = { part: part.number, link: link.right, eventId, code, seconds }
  const evidence = { ...what, stated, record: number, offset, isRecovered }
  reading.links.see(evidence)
  reading.into.spool.add(evidence)
  return E.right(null)
}

const addRecord = (
  reading: GrowingReading,
  record: LogRecord,
  survey: LogSurvey,
): E.Either<string, null> => {
  const part = partOf(reading, record.computer)
  if (E.isLeft(part)) return part
  const where = { reading, part: part.right }
  part.right.records += 1
  addToCoverage(part.right, record, survey.order)
  if (record.isRecovered !== true) reading.numbers?.see(record)
  const seen = reading.sources.get(record.source)
  if (seen !== undefined || reading.sources.size < sourcesMax) {
    reading.sources.set(record.source, (seen ?? 0) + 1)
  }
  const kind = mtaEventOf(record.source, record.eventId)
  return kind === null ? E.right(null) : addEvidence(where, record, kind)
}

/** Before that a log may have more gaps than can be listed. */
const coveredFrom = (part: LogPart, numbers: RecordNumbers | null): LogPart =>
  part.from === null
    ? part
    : { ...part, from: Math.max(part.from, numbers?.unlistedBeforeMs ?? part.from) }

/** In which order the evidence of a file is to be put. */
export const spoolOrderOf = ({ order }: LogSurvey): SpoolOrder =>
  order === 'newest-first' ? 'newest-first' : 'oldest-first'

const finish = (reading: GrowingReading, survey: LogSurvey): LogReading => {
  const numbers = reading.numbers?.seen() ?? null
  return {
    survey,
    records: reading.records,
    numbers,
    parts: [...reading.parts.values()]
      .filter(({ recognised }) => recognised > 0)
      .map((part) => {
        const links = reading.links.ofPart(part.number, spoolOrderOf(survey))
        return coveredFrom(finishPart(part, links, survey.order), numbers)
      }),
    evidenceCount: reading.evidenceCount,
    linkCount: reading.links.count(),
    errors: reading.errors,
    errorCount: reading.errorCount,
    sources: [...reading.sources].toSorted(([, first], [, second]) => second - first),
  }
}

/** Only a binary log numbers its records. */
const numberSurveyOf = ({ layout }: LogSurvey): NumberSurvey | null =>
  layout.format === 'evt' ? numberSurvey(layout.bounds.numbers?.oldest ?? null) : null

/** Reads a whole log; evidence is spooled, and what is none is counted and let go. */
export const readWholeLog = async (
  bytes: LogBytes,
  options: LogOptions,
  into: ReadInto,
): Promise<E.Either<LogProblem, LogReading>> => {
  const before = await bytes.fingerprint()
  const survey = await surveyLog(bytes, options)
  if (E.isLeft(survey)) return survey
  const counts = { records: 0, evidenceCount: 0, errorCount: 0 }
  const maps = { parts: new Map(), sources: new Map(), links: logLinks(into.link) }
  const numbers = numberSurveyOf(survey.right)
  const reading: GrowingReading = { ...counts, errors: [], ...maps, into, numbers }
  const onRecord = (read: ReadRecord): void => {
    reading.records += 1
    if (E.isLeft(read)) {
      addError(reading, read.left)
      return
    }
    const added = addRecord(reading, read.right, survey.right)
    const { record, offset } = read.right
    if (E.isLeft(added)) addError(reading, { record, offset, message: added.left })
  }
  await readLog({ bytes, survey: survey.right, zone: options.zone }, onRecord)
  if (reading.evidenceCount > into.spool.evidenceMax) {
    return E.left({ _tag: 'TooMuchEvidence', max: into.spool.evidenceMax })
  }
  if ((await bytes.fingerprint()) !== before) return E.left({ _tag: 'Changed' })
  return E.right(finish(reading, survey.right))
}
