import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { AppendError } from '../ports/event-store'
import type { EvidenceSpool, StoredId } from '../ports/evidence-spool'
import { appendMissing, type AppendedEvents } from './import-log-append'
import { missingOf, readBefore, type StreamInUse } from './import-log-before'
import { closingEvents, streamOfEvidence, streamOfSource } from './import-log-events'
import type { ImportedEvent, PlannedPart } from './import-log-events'
import type { LogReading } from './import-log-reading'
import { notImported, type ImportedLog, type ImportOutcome } from './import-log-outcome'
import { roundsOf, type Round, type RoundPiece } from './import-log-rounds'
import type { ImportParts } from './import-parts'

/** A file that was read, and what it is stored as: a plan for each of its parts. */
export type LogToStore = {
  readonly file: string
  readonly reading: LogReading
  readonly plans: ReadonlyArray<PlannedPart>
  readonly notes: ReadonlyArray<string>
  /** Holds the evidence of all parts, in order. */
  readonly spool: EvidenceSpool
}

/** How a log is stored. */
export type StoreOptions = {
  readonly isDryRun: boolean
  readonly onStored?: ((share: number) => void) | undefined
}

type Site = {
  readonly parts: ImportParts
  readonly log: LogToStore
  readonly streams: ReadonlyMap<string, StreamInUse>
  readonly isDryRun: boolean
  readonly onPassed: (events: number) => void
}

/** What came of one part, so far: evidence only. */
type PartStored = {
  readonly events: number
  readonly duplicates: number
  readonly mustWait: ReadonlySet<LinkId>
  readonly error: AppendError | null
}

const nothingStored: PartStored = { events: 0, duplicates: 0, mustWait: new Set(), error: null }

/** Evidence, but for what a log says about the reading of itself. */
const isEvidence = ({ fact: { type } }: ImportedEvent): boolean =>
  type !== 'SourceRead' && type !== 'ClockStepObserved'

const isFailure = (event: ImportedEvent): boolean =>
  isEvidence(event) && event.fact.type !== 'RetryDelayStarted'

/** Every stream that a file's events go to. */
const streamsOf = function* (plans: ReadonlyArray<PlannedPart>): Generator<string, void> {
  for (const plan of plans) {
    for (const link of plan.links) yield streamOfEvidence(plan, link)
    yield streamOfSource(plan.logId)
  }
}

const logOf = (log: LogToStore, index: number, { events, duplicates }: PartStored): ImportedLog => {
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
    events,
    duplicates,
    skipped: Math.max(0, partRecords - recognised - bad),
    order: survey.order,
    clockSteps: part?.steps.length ?? 0,
    gaps: numbers?.gaps.length ?? 0,
    recovered: part?.recovered ?? 0,
    errors: index === 0 ? errors : [],
  }
}

const appendPiece = async (
  { parts, log, streams, isDryRun, onPassed }: Site,
  plan: PlannedPart,
  { stream, link, events }: RoundPiece,
): Promise<PartStored> => {
  const inUse = streams.get(stream)
  if (inUse === undefined) return nothingStored
  const { logId, computer } = plan
  const from = { logId, computer, fileHash: log.reading.survey.sha256 }
  const { spool } = log
  const { added, error } = isDryRun
    ? whatIsMissing(spool, inUse, events)
    : await appendMissing({ parts, spool, from }, inUse, events)
  onPassed(events.length)
  const wanted = events.filter(isEvidence).length
  const stored = added.filter(isEvidence).length
  return {
    events: stored,
    duplicates: error === null ? wanted - stored : 0,
    mustWait: new Set(link !== null && inUse.isLive && added.some(isFailure) ? [link.id] : []),
    error,
  }
}

const whatIsMissing = (
  spool: EvidenceSpool,
  stream: StreamInUse,
  events: ReadonlyArray<ImportedEvent>,
): AppendedEvents => {
  const missing = missingOf(spool, stream, events)
  return E.isLeft(missing)
    ? { added: [], error: missing.left }
    : { added: missing.right, error: null }
}

const both = (one: PartStored, other: PartStored): PartStored => ({
  events: one.events + other.events,
  duplicates: one.duplicates + other.duplicates,
  mustWait: new Set([...one.mustWait, ...other.mustWait]),
  error: one.error ?? other.error,
})

/** Stores a round: all of its streams at once, so that a store may write them down together. */
const appendRound = async (site: Site, plan: PlannedPart, round: Round): Promise<PartStored> => {
  const stored = await Promise.all(round.map((piece) => appendPiece(site, plan, piece)))
  return stored.reduce(both, nothingStored)
}

/** Stores a part round by round; then what closes it: `SourceRead` says that nothing is missing. */
const storePart = async (site: Site, plan: PlannedPart): Promise<PartStored> => {
  let stored = nothingStored
  for (const round of roundsOf(site.log.spool, plan)) {
    if (E.isLeft(round)) return { ...stored, error: round.left }
    stored = both(stored, await appendRound(site, plan, round.right))
    if (stored.error !== null) return stored
  }
  const closing = { stream: streamOfSource(plan.logId), link: null, events: closingEvents(plan) }
  return both(stored, await appendPiece(site, plan, closing))
}

/** How many of the planned events the ledger has from an earlier import of the same file. */
const countFromFile = ({ plans, spool }: LogToStore): E.Either<AppendError, number> => {
  let count = 0
  const add = ({ stream, events }: Omit<RoundPiece, 'link'>): AppendError | null => {
    const ids = events.map(({ id }) => id)
    const found = spool.remembered(stream, ids)
    if (E.isLeft(found)) return found.left
    count += [...found.right.values()].filter(({ isOfFile }: StoredId) => isOfFile).length
    return null
  }
  for (const plan of plans) {
    for (const round of roundsOf(spool, plan)) {
      if (E.isLeft(round)) return round
      for (const piece of round.right) {
        const error = add(piece)
        if (error !== null) return E.left(error)
      }
    }
    const error = add({ stream: streamOfSource(plan.logId), events: closingEvents(plan) })
    if (error !== null) return E.left(error)
  }
  return E.right(count)
}

/** Whether the same file put events into the ledger that are not planned: it was read in another way. */
const isReadOtherwise = (log: LogToStore): E.Either<AppendError, boolean> => {
  const all = log.spool.countOfFile()
  if (E.isLeft(all) || all.right === 0) return E.map(() => false)(all)
  return E.map((planned: number) => planned < all.right)(countFromFile(log))
}

const interrupted = (log: LogToStore): string =>
  `an earlier import of ${log.file} was interrupted, and it was read in another way (--log-tz, ` +
  '--date-order, --link or --encoding); import it once more as then'

/** Gives the outcome of a file of which nothing was stored, because of the ledger or the spool. */
export const notStored = (file: string, error: AppendError): ImportOutcome => ({
  ...notImported('refused', { file }, 'the ledger cannot be read'),
  _tag: 'ledger',
  error,
})

/** Stores what a file holds and the ledger does not; links first, `SourceRead` at the very end. */
export const storeLog = async (
  parts: ImportParts,
  log: LogToStore,
  { isDryRun, onStored }: StoreOptions,
): Promise<ImportOutcome> => {
  const { file, plans, spool, reading, notes } = log
  const site = { store: parts.store, spool, fileHash: reading.survey.sha256 }
  const streams = await readBefore(site, streamsOf(plans))
  if (E.isLeft(streams)) return notStored(file, streams.left)
  const otherwise = isReadOtherwise(log)
  if (E.isLeft(otherwise)) return notStored(file, otherwise.left)
  if (otherwise.right) return notImported('refused', { file }, interrupted(log))
  const onPassed = (events: number): void => onStored?.(events / allEventsOf(log))
  const logs: ImportedLog[] = []
  const mustWait = new Set<LinkId>()
  for (const [index, plan] of plans.entries()) {
    const stored = await storePart({ parts, log, streams: streams.right, isDryRun, onPassed }, plan)
    logs.push(logOf(log, index, stored))
    stored.mustWait.forEach((link) => mustWait.add(link))
    const { error } = stored
    if (error !== null) return { _tag: 'ledger', logs, mustWait: [...mustWait], notes: [], error }
  }
  return { _tag: 'imported', logs, mustWait: [...mustWait], notes, error: null }
}

const allEventsOf = ({ plans, reading }: LogToStore): number =>
  plans.reduce((sum, { steps }) => sum + steps.length + 1, reading.evidenceCount)
