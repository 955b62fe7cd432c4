import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { AppendError } from '../ports/event-store'
import {
  appendMissing,
  readBefore,
  type EventsFrom,
  type ImportParts,
  type StreamBefore,
  type WantedOfFile,
} from './import-log-append'
import type { ImportedEvent, PlannedPart, PlannedStream } from './import-log-events'
import type { LogReading } from './import-log-reading'
import { notImported, type ImportedLog, type ImportOutcome } from './import-log-outcome'

/** A file that was read, and what it is stored as: a plan for each of its parts. */
export type LogToStore = {
  readonly file: string
  readonly reading: LogReading
  readonly plans: ReadonlyArray<PlannedPart>
  readonly notes: ReadonlyArray<string>
}

/** What one stream held, and how many of its planned events came to it. */
type Filled = {
  readonly planned: PlannedStream
  readonly added: number
  readonly duplicates: number
  readonly mustWait: LinkId | null
}

type Progress = { readonly filled: ReadonlyArray<Filled>; readonly error: AppendError | null }

const streamsOf = (plan: PlannedPart): ReadonlyArray<PlannedStream> => [...plan.links, plan.source]

/** Evidence, but for what a log says about the reading of itself. */
const isEvidence = ({ type }: ImportedEvent): boolean =>
  type !== 'SourceRead' && type !== 'ClockStepObserved'

const isFailure = (event: ImportedEvent): boolean =>
  isEvidence(event) && event.type !== 'RetryDelayStarted'

const readAllBefore = async (
  parts: ImportParts,
  log: LogToStore,
  wanted: WantedOfFile,
): Promise<E.Either<AppendError, ReadonlyMap<string, StreamBefore>>> => {
  const before = new Map<string, StreamBefore>()
  for (const { stream } of log.plans.flatMap(streamsOf)) {
    if (before.has(stream)) continue
    const read = await readBefore(parts.store, stream, wanted)
    if (E.isLeft(read)) return read
    before.set(stream, read.right)
  }
  return E.right(before)
}

const filledOf = (planned: PlannedStream, before: StreamBefore, added: number): Filled => {
  const missing = planned.events.filter(({ id }) => !before.present.has(id))
  const stored = missing.slice(0, added)
  return {
    planned,
    added: stored.filter(isEvidence).length,
    duplicates: planned.events.filter((it) => before.present.has(it.id) && isEvidence(it)).length,
    mustWait: before.isLive && stored.some(isFailure) ? planned.link : null,
  }
}

const logOf = (log: LogToStore, index: number, filled: ReadonlyArray<Filled>): ImportedLog => {
  const { survey, records, numbers, parts, errors, errorCount } = log.reading
  const part = parts[index]
  const others = parts.reduce((sum, it, at) => (at === 0 ? sum : sum + it.records), 0)
  const recognised = part?.recognised ?? 0
  const partRecords = index === 0 ? records - others : (part?.records ?? 0)
  const bad = index === 0 ? errorCount : 0
  return {
    file: log.file,
    sha256: survey.sha256,
    format: survey.layout.format,
    logId: log.plans[index]?.logId ?? null,
    records: partRecords,
    recognised,
    events: filled.reduce((sum, { added }) => sum + added, 0),
    duplicates: filled.reduce((sum, { duplicates }) => sum + duplicates, 0),
    skipped: Math.max(0, partRecords - recognised - bad),
    order: survey.order,
    clockSteps: part?.steps.length ?? 0,
    gaps: numbers?.gaps.length ?? 0,
    recovered: part?.recovered ?? 0,
    errors: index === 0 ? errors : [],
  }
}

/** How a log is stored. */
export type StoreOptions = {
  readonly isDryRun: boolean
  readonly onStored?: ((share: number) => void) | undefined
}

/** Streams that are appended to at once: a store may write them down together. */
const streamsAtOnce = 16

type Site = {
  readonly before: ReadonlyMap<string, StreamBefore>
  readonly wanted: WantedOfFile
  readonly isDryRun: boolean
  readonly onPassed: (events: number) => void
}

const fillStream = async (
  parts: ImportParts,
  planned: PlannedStream,
  { site, from }: { readonly site: Site; readonly from: EventsFrom },
): Promise<Progress> => {
  const before = site.before.get(planned.stream)
  if (before === undefined) return { filled: [], error: null }
  const { wanted, onPassed } = site
  const { added, error } = site.isDryRun
    ? { added: planned.events.length, error: null }
    : await appendMissing(parts, { planned, before, wanted, from, onPassed })
  return { filled: [filledOf(planned, before, added)], error }
}

/** Fills streams, several at once; begins with no other one after an error. */
const fillStreams = async (
  streams: ReadonlyArray<PlannedStream>,
  fill: (planned: PlannedStream) => Promise<Progress>,
): Promise<Progress> => {
  const filled: (ReadonlyArray<Filled> | undefined)[] = []
  const errors: AppendError[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < streams.length && errors.length === 0; at = next++) {
      const planned = streams[at]
      if (planned === undefined) return
      const progress = await fill(planned)
      filled[at] = progress.filled
      if (progress.error !== null) errors.push(progress.error)
    }
  }
  await Promise.all(Array.from({ length: streamsAtOnce }, lane))
  return { filled: filled.flatMap((one) => one ?? []), error: errors[0] ?? null }
}

/** Fills the streams of links, then that of the source: `SourceRead` says that nothing is missing. */
const fillPart = async (parts: ImportParts, plan: PlannedPart, site: Site): Promise<Progress> => {
  const { logId, computer } = plan
  const from = { logId, computer, fileHash: site.wanted.fileHash }
  const fill = (planned: PlannedStream) => fillStream(parts, planned, { site, from })
  const links = await fillStreams(plan.links, fill)
  if (links.error !== null) return links
  const source = await fill(plan.source)
  return { filled: [...links.filled, ...source.filled], error: source.error }
}

const interrupted = (log: LogToStore): string =>
  `an earlier import of ${log.file} was interrupted, and it was read in another way (--log-tz, ` +
  '--date-order, --link or --encoding); import it once more as then'

const failed = (log: LogToStore, error: AppendError): ImportOutcome => ({
  ...notImported('refused', { file: log.file }, 'the ledger cannot be read'),
  _tag: 'ledger',
  error,
})

/** Stores what a file holds and the ledger does not; links first, `SourceRead` at the very end. */
export const storeLog = async (
  parts: ImportParts,
  log: LogToStore,
  { isDryRun, onStored }: StoreOptions,
): Promise<ImportOutcome> => {
  const ids = new Set(
    log.plans.flatMap(streamsOf).flatMap(({ events }) => events.map(({ id }) => id)),
  )
  const wanted = { ids, fileHash: log.reading.survey.sha256 }
  const before = await readAllBefore(parts, log, wanted)
  if (E.isLeft(before)) return failed(log, before.left)
  if ([...before.right.values()].some(({ isReadOtherwise }) => isReadOtherwise)) {
    return notImported('refused', { file: log.file }, interrupted(log))
  }
  const all = log.plans.flatMap(streamsOf).reduce((sum, { events }) => sum + events.length, 0)
  const onPassed = (events: number): void => onStored?.(events / all)
  const logs: ImportedLog[] = []
  const mustWait = new Set<LinkId>()
  for (const [index, plan] of log.plans.entries()) {
    const { filled, error } = await fillPart(parts, plan, {
      before: before.right,
      wanted,
      isDryRun,
      onPassed,
    })
    logs.push(logOf(log, index, filled))
    filled.forEach((it) => it.mustWait !== null && mustWait.add(it.mustWait))
    if (error !== null) return { _tag: 'ledger', logs, mustWait: [...mustWait], notes: [], error }
  }
  return { _tag: 'imported', logs, mustWait: [...mustWait], notes: log.notes, error: null }
}
