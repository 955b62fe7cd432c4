import * as E from 'fp-ts/Either'
import type { SourceReadData } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import { isoOfMs } from '../../domain/time'
import { describeFileFailure } from '../import/find-log-files'
import { describeLogProblem, type LogProblem } from '../import/log-problem'
import type { LogBytes } from '../import/log-record'
import { assumedZone } from '../import/log-zone'
import type { LogOptions } from '../import/survey-log'
import { readOtherwise, type EarlierImports } from './import-log-earlier'
import { planPart, type PlannedPart } from './import-log-events'
import type { LogPart } from './import-log-part'
import { readWholeLog, type LogReading } from './import-log-reading'
import { notImported, type ImportOutcome } from './import-log-outcome'
import { storeLog, type LogToStore } from './import-log-store'
import type { ImportParts } from './import-log-append'

/** How files are imported. */
export type ImportOptions = LogOptions & {
  /** The link that all evidence is put on; null: the ones that it names. */
  readonly link: LinkId | null
  /** The name of the log; null: by its computer. */
  readonly source: string | null
  /** Whether nothing is written. */
  readonly isDryRun: boolean
}

/** A file, by the name that it is shown under. */
export type LogToImport = {
  readonly file: string
  readonly bytes: LogBytes
  /** Told how much more of the file is stored, as a share of all that is to store. */
  readonly onStored?: (share: number) => void
}

/** What imports are made into, and what it knows of earlier ones. */
export type ImportInto = {
  readonly parts: ImportParts
  readonly earlier: EarlierImports
  readonly options: ImportOptions
}

/** The id of a computer's log: computer, log and event source. The MTA logs to Application. */
const logIdOf = (computer: string | null, source: string | null): string =>
  source === null
    ? `${computer ?? 'unknown'}/application/msexchangemta`.toLowerCase()
    : source.trim().toLowerCase().replace(/\s+/gu, ' ')

const sourceReadOf = (
  { file }: LogToImport,
  { survey, numbers }: LogReading,
  options: ImportOptions,
): Omit<SourceReadData, 'from' | 'to' | 'records'> => ({
  fileHash: survey.sha256,
  file,
  format: `${survey.layout.format} ${survey.encoding}`,
  recordNumbers: listOf(numbers?.range ?? null),
  gaps: numbers?.gaps ?? [],
  resolutionSec: survey.resolutionSec,
  zone: survey.layout.format === 'evt' ? assumedZone.name : options.zone.name,
  dateOrder: survey.dateOrder,
  link: options.link,
  order: survey.order,
})

const listOf = <A>(one: A | null): ReadonlyArray<A> => (one === null ? [] : [one])

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoOfMs(ms))

const planOf = (
  part: LogPart,
  read: Omit<SourceReadData, 'from' | 'to' | 'records'>,
  options: ImportOptions,
): PlannedPart => {
  const { computer, from, to, records } = part
  const { link, source } = options
  const coverage = { from: isoOrNull(from), to: isoOrNull(to), records }
  return planPart(part, {
    logId: logIdOf(computer, source),
    computer,
    link,
    read: { ...read, ...coverage },
  })
}

const seenIn = ({ records, errorCount, sources }: LogReading): string => {
  const seen = sources.slice(0, 5).map(([source, count]) => `${JSON.stringify(source)} (${count})`)
  const bad = errorCount === 0 ? '' : `, ${errorCount} of them cannot be read`
  return `none of its ${records} records${bad} is of the Exchange MTA${
    seen.length === 0 ? '' : `; they are of ${seen.join(', ')}`
  }; import the Application log of the server that dials`
}

const notesOf = (reading: LogReading, options: ImportOptions): ReadonlyArray<string> => {
  const links = new Set(reading.parts.flatMap(({ evidence }) => evidence.map(({ link }) => link)))
  links.delete(null)
  const isUnnamed =
    options.source === null && reading.parts.some(({ computer }) => computer === null)
  return [
    ...(isUnnamed
      ? ['this format names no computer: logs of several belong apart, name each with --source']
      : []),
    ...(options.link !== null && links.size > 1
      ? [`the log names ${links.size} links, --link made one of them`]
      : []),
    ...(reading.errorCount > reading.errors.length
      ? [
          `${reading.errorCount} records cannot be read, the first ${reading.errors.length} are listed`,
        ]
      : []),
  ]
}

const foreign = (problem: LogProblem): boolean =>
  problem._tag === 'Empty' || problem._tag === 'NotText' || problem._tag === 'UnknownLayout'

const readGuarded = async (
  bytes: LogBytes,
  options: ImportOptions,
): Promise<E.Either<LogProblem, LogReading>> => {
  try {
    return await readWholeLog(bytes, options, options.source !== null)
  } catch (cause) {
    return E.left({ _tag: 'Unreadable', why: describeFileFailure(cause) })
  }
}

const refusalOf = (into: ImportInto, log: LogToStore): string | null => {
  const [first] = log.plans
  const read = first?.source.events.flatMap((it) => (it.type === 'SourceRead' ? [it.data] : []))[0]
  if (read === undefined) return null
  const earlier = into.earlier.get(read.fileHash) ?? []
  const other = readOtherwise(earlier, { logIds: log.plans.map(({ logId }) => logId), read })
  if (other === null) return null
  const { importedAt, read: before } = other.earlier
  return (
    `this file was imported before, as ${before.file} on ${importedAt}, with ${other.differs}; ` +
    'every record would be there twice. Import it the same way, or into another ledger'
  )
}

/**
 * Imports one file: all of it, or nothing, or as much as the ledger took (then another run completes
 * it). Importing into a throw-away ledger in memory is the same.
 */
export const importLog = async (into: ImportInto, log: LogToImport): Promise<ImportOutcome> => {
  const { file } = log
  const reading = await readGuarded(log.bytes, into.options)
  if (E.isLeft(reading)) {
    const tag = foreign(reading.left) ? 'foreign' : 'refused'
    return notImported(tag, { file }, describeLogProblem(reading.left))
  }
  const { survey, records, parts, errors, errorCount } = reading.right
  const known = { file, sha256: survey.sha256, format: survey.layout.format, records, errors }
  const counted = { ...known, skipped: records - errorCount, order: survey.order }
  if (parts.length === 0) return notImported('foreign', counted, seenIn(reading.right))
  const read = sourceReadOf(log, reading.right, into.options)
  const plans = parts.map((part) => planOf(part, read, into.options))
  const planned = {
    file,
    reading: reading.right,
    plans,
    notes: notesOf(reading.right, into.options),
  }
  const refusal = refusalOf(into, planned)
  if (refusal !== null) return notImported('refused', counted, refusal)
  return storeLog(into.parts, planned, { isDryRun: into.options.isDryRun, onStored: log.onStored })
}
