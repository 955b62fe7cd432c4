import type {
  LedgerEvent,
  Metadata,
  Recorded,
  SourceReadData,
  StreamItem,
} from '../../domain/events'
import type { PolicyFields } from '../../domain/policy'
import { auditItems } from '../../src/application/audit'
import type { AuditReport } from '../../src/application/audit-report'
import { auditAll, type AuditOptions } from '../../projections/findings/audit-all'
import { aGrant, aMetadata, aReading, epochMs, uuidOf } from './event-builders'

/** ISO 8601 of seconds of true time. */
export const at = (sec: number): string => new Date(epochMs + sec * 1000).toISOString()

/** A reading of a host's clock at a true time; `boot` tells boots and hosts apart. */
export const readingAt = (sec: number, boot = 'boot-a-1', uptimeFrom = 0) =>
  aReading({ bootId: boot, uptimeCs: Math.round((sec - uptimeFrom) * 100) + 1000, wall: at(sec) })

type EventOptions = Partial<Metadata> & { readonly id?: string }

/** A ledger written by hand: each event gets the next revision and position. */
export const ledgerBook = () => {
  const items: StreamItem[] = []
  const revisions = new Map<string, bigint>()
  const placeIn = (stream: string) => {
    const revision = revisions.get(stream) ?? 0n
    revisions.set(stream, revision + 1n)
    return { stream, revision, position: BigInt(items.length + 1) }
  }
  const add = <E extends LedgerEvent>(
    stream: string,
    event: E,
    { id, ...metadata }: EventOptions = {},
  ): Recorded<E> => {
    const recorded = {
      ...event,
      id: id ?? uuidOf(items.length + 1),
      ...placeIn(stream),
      metadata: aMetadata(metadata),
    }
    items.push(recorded)
    return recorded
  }
  const addUnreadable = (stream: string) =>
    items.push({ type: 'Unreadable', problem: 'damaged', ...placeIn(stream) })
  const audit = (options: Partial<AuditOptions> = {}): AuditReport =>
    auditItems(items, { ...auditAll, ...options, asOf: at(0) })
  return { items, add, addUnreadable, audit }
}

/** A ledger under construction. */
export type LedgerBook = ReturnType<typeof ledgerBook>

/** The verdicts of a report in few words: one for each dial that was not kept, in order. */
export const verdictsIn = (report: AuditReport): ReadonlyArray<string> =>
  report.findings.map(({ verdict, reason }) => `${verdict}: ${reason}`)

/** Writes what a gate on one link writes, at true times. */
export const gateBook = (book: LedgerBook, link = 'isp') => {
  const stream = `link-${link}`
  const meta = (sec: number, attempt?: string, boot?: string) => ({
    appended: readingAt(sec, boot),
    ...(attempt === undefined ? {} : { attempt }),
  })
  const grant = (
    sec: number,
    options: { boot?: string; site?: string; linkPolicy?: string } = {},
  ) => {
    const basis = aGrant().data.basis
    const policy = { site: options.site ?? null, link: options.linkPolicy ?? null }
    return add(sec, aGrant({ basis: { ...basis, policy } }), options.boot)
  }
  const add = <E extends LedgerEvent>(sec: number, event: E, boot?: string) =>
    book.add(stream, event, meta(sec, undefined, boot))
  const of = <E extends LedgerEvent>(sec: number, event: E, attempt: Recorded, boot?: string) =>
    book.add(stream, event, meta(sec, attempt.id, boot))
  const fail = (sec: number, attempt: Recorded, boot?: string) => {
    const data = { origin: 'exit:generic', code: 1 }
    of(sec, { type: 'ConnectionErrorOccurred', data }, attempt, boot)
    return of(sec, { type: 'ConnectionOpenFailed', data }, attempt, boot)
  }
  const failure = (sec: number, boot?: string) =>
    add(
      sec,
      { type: 'RasErrorOccurred', data: { origin: 'record', code: 629, episode: null } },
      boot,
    )
  const refusal = (sec: number, boot?: string) =>
    add(sec, { type: 'DialRefused', data: { deniedBy: [], retryAfterSec: 1 } }, boot)
  const policy = (sec: number, set: PolicyFields, where: 'site' | 'link' = 'site') =>
    book.add(
      where === 'site' ? 'site-policy' : stream,
      { type: 'RetryPolicyChanged', data: { set, unset: [], reason: 'test', effectiveFrom: null } },
      meta(sec),
    )
  const waive = (sec: number, windowId: string) =>
    add(sec, { type: 'WindowWaived', data: { windowId, reason: 'test' } })
  return { stream, add, of, grant, fail, failure, refusal, policy, waive }
}

type LogRecord = {
  readonly computer?: string
  readonly logId?: string
  readonly link?: string | null
  readonly candidates?: ReadonlyArray<string>
  readonly seconds?: number
  readonly fileHash?: string
}

/** Writes what an import writes, the records of one log in order; stamps are whole seconds. */
export const logBook = (book: LedgerBook, defaults: LogRecord = {}) => {
  let record = 0
  const options = (own: LogRecord) => ({
    computer: 'SRV1',
    link: 'a',
    fileHash: 'f1',
    ...defaults,
    ...own,
  })
  const envelope = (sec: number, own: LogRecord) => {
    const { computer, fileHash, logId } = options(own)
    record += 1
    const source = {
      kind: 'import' as const,
      logId: logId ?? `${computer}/application`,
      fileHash,
      record,
      offset: null,
      computer,
    }
    return { source, stated: at(Math.floor(sec)), appended: readingAt(10_000_000) }
  }
  const add = (eventId: number, sec: number, own: LogRecord = {}) => {
    const { link, candidates, seconds, computer, logId } = options(own)
    const unnamed = link === null ? { candidates: candidates ?? [] } : {}
    const stream = link === null ? `source-${logId ?? `${computer}/application`}` : `link-${link}`
    return book.add(stream, mtaEvent(eventId, unnamed, seconds ?? null), envelope(sec, own))
  }
  const read = (from: number, to: number, own: LogRecord & Partial<SourceReadData> = {}) => {
    const { computer, logId, fileHash } = options(own)
    const data: SourceReadData = {
      fileHash,
      file: 'log.txt',
      format: 'nt-text',
      from: at(from),
      to: at(to),
      records: record,
      recordNumbers: [],
      gaps: own.gaps ?? [],
      resolutionSec: 1,
      zone: '+00:00',
      dateOrder: 'mdy',
      link: null,
      order: own.order ?? 'oldest-first',
    }
    const stream = `source-${logId ?? `${computer}/application`}`
    return book.add(stream, { type: 'SourceRead', data }, envelope(to, own))
  }
  const step = (fromSec: number, toSec: number) => {
    const { computer } = options({})
    const data = { record: record + 1, from: at(fromSec), to: at(toSec), stepSec: toSec - fromSec }
    const { source, ...rest } = envelope(toSec, {})
    record -= 1
    return book.add(
      `source-${computer}/application`,
      { type: 'ClockStepObserved', data },
      { ...rest, source },
    )
  }
  return { add, read, step }
}

const mtaEvent = (
  eventId: number,
  unnamed: { readonly candidates?: ReadonlyArray<string> },
  seconds: number | null,
): LedgerEvent => {
  const data = { origin: `mta:${eventId}`, code: null, ...unnamed }
  const end = { abnormal: true, reason: 'log', upCs: null, resets: false, short: false }
  if (eventId === 9311 || eventId === 9309) return { type: 'RasErrorOccurred', data }
  if (eventId === 1294)
    return { type: 'AssociationEnded', data: { ...data, ...end, window: 'failure' } }
  if (eventId === 289) return { type: 'ConnectionOpenFailed', data }
  if (eventId === 301) return { type: 'RetryDelayStarted', data: { seconds, ...unnamed } }
  return { type: 'ConnectionErrorOccurred', data }
}
