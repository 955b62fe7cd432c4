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
import { readWholeLog, spoolOrderOf, type LogReading, type ReadInto } from './import-log-reading'
import { notImported, type ImportOutcome } from './import-log-outcome'
import { notStored, storeLog, type LogToStore } from './import-log-store'
import type { ImportParts } from './import-parts'
import type { EvidenceSpool } from '../ports/evidence-spool'

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
  const coverage = { from: isoOrNull(from), to: isoOrNull(to), records }
  return planPart(part, {
    logId: logIdOf(computer, options.source),
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
  const isUnnamed =
    options.source === null && reading.parts.some(({ computer }) => computer === null)
  return [
    ...(isUnnamed
      ? ['this format names no computer: logs of several belong apart, name each with --source']
      : []),
    ...(options.link !== null && reading.linkCount > 1
      ? [`the log names ${reading.linkCount} links, --link made one of them`]
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
  into: ReadInto,
): Promise<E.Either<LogProblem, LogReading>> => {
  try {
    return await readWholeLog(bytes, options, into)
  } catch (cause) {
    return E.left({ _tag: 'Unreadable', why: describeFileFailure(cause) })
  }
}

const refusalOf = (imports: EarlierImports, log: LogToStore): string | null => {
  const [first] = log.plans
  if (first === undefined) return null
  const { read } = first
  const earlier = imports.get(read.fileHash) ?? []
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
  const spool = into.parts.openSpool()
  try {
    return await importThrough(spool, into, log)
  } finally {
    spool.close()
  }
}

const importThrough = async (
  spool: EvidenceSpool,
  { parts, earlier, options }: ImportInto,
  log: LogToImport,
): Promise<ImportOutcome> => {
  const { file } = log
  const into = { spool, isOneLog: options.source !== null, link: options.link }
  const read = await readGuarded(log.bytes, options, into)
  if (E.isLeft(read)) {
    const tag = foreign(read.left) ? 'foreign' : 'refused'
    return notImported(tag, { file }, describeLogProblem(read.left))
  }
  const reading = read.right
  const { survey, records, errors, errorCount } = reading
  const known = { file, sha256: survey.sha256, format: survey.layout.format, records, errors }
  const counted = { ...known, skipped: records - errorCount, order: survey.order }
  if (reading.parts.length === 0) return notImported('foreign', counted, seenIn(reading))
  const about = sourceReadOf(log, reading, options)
  const plans = reading.parts.map((part) => planOf(part, about, options))
  const planned = { file, reading, plans, notes: notesOf(reading, options), spool }
  const refusal = refusalOf(earlier, planned)
  if (refusal !== null) return notImported('refused', counted, refusal)
  const arranged = spool.arrange(spoolOrderOf(survey))
  if (E.isLeft(arranged)) return notStored(file, arranged.left)
  return storeLog(parts, planned, { isDryRun: options.isDryRun, onStored: log.onStored })
}
