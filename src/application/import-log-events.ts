import { absurd } from 'fp-ts/function'
import type { LedgerEvent, SourceReadData } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { mtaOriginOf } from '../../domain/mta-events'
import { isoOfMs } from '../../domain/time'
import { importIds } from '../adapters/codec'
import type { ClockStep } from '../import/log-order'
import type { LogEvidence, LogPart } from './import-log-part'

/** An event read from a log, with its id; its envelope gets the clocks when it is written. */
export type ImportedEvent = LedgerEvent & {
  readonly id: string
  /** ISO 8601 UTC. */
  readonly stated: string
  readonly record: number
  readonly offset: number | null
  readonly isRecovered?: boolean
}

/** Events that go to one stream, in the order of their log. */
export type PlannedStream = {
  readonly stream: string
  readonly link: LinkId | null
  readonly events: ReadonlyArray<ImportedEvent>
}

/** What a part of a file is stored as: `source` comes last, and `SourceRead` last in it. */
export type PlannedPart = {
  readonly logId: string
  readonly computer: string | null
  readonly links: ReadonlyArray<PlannedStream>
  readonly source: PlannedStream
}

/** What stays the same for all events of one log. `link`: the one that all evidence is put on. */
export type LogIdentity = {
  readonly logId: string
  readonly computer: string | null
  readonly link: LinkId | null
  readonly read: SourceReadData
}

/** The stream of a source: what was read of it, and evidence that names no link. */
export const streamOfSource = (logId: string): string => `source-${logId}`

/** Gives the id of the next fact of a log. */
type IdsOfLog = ReturnType<typeof importIds>

type Unnamed = { readonly candidates?: ReadonlyArray<string> }

const factOf = (evidence: LogEvidence, unnamed: Unnamed): LedgerEvent => {
  const origin = mtaOriginOf(evidence.eventId)
  const failure = { origin, code: evidence.code, ...unnamed }
  switch (evidence.class) {
    case 'ras-error':
      return { type: 'RasErrorOccurred', data: failure }
    case 'connection-error':
      return { type: 'ConnectionErrorOccurred', data: failure }
    case 'open-failed':
      return { type: 'ConnectionOpenFailed', data: failure }
    case 'association-end': {
      const up = { upCs: null, resets: false, short: false }
      const end = { abnormal: true, reason: 'log', window: 'failure' } as const
      return { type: 'AssociationEnded', data: { ...failure, ...end, ...up } }
    }
    case 'not-started':
      return { type: 'DialNotStarted', data: { ...failure, reason: 'log', counts: false } }
    case 'delay-started':
      return { type: 'RetryDelayStarted', data: { seconds: evidence.seconds, ...unnamed } }
    default:
      return absurd(evidence.class)
  }
}

const evidenceEvent = (evidence: LogEvidence, unnamed: Unnamed, ids: IdsOfLog): ImportedEvent => {
  const { eventId, stated, link, code, seconds, record, offset, isRecovered } = evidence
  const id = ids({
    origin: mtaOriginOf(eventId),
    statedSec: Math.floor(stated / 1000),
    parameters: { link, code, seconds },
  })
  const place = { record, offset, isRecovered }
  return { ...factOf(evidence, unnamed), id, stated: isoOfMs(stated), ...place }
}

const stepEvent = ({ record, from, to }: ClockStep, ids: IdsOfLog): ImportedEvent => {
  const stepSec = (to - from) / 1000
  const statedSec = Math.floor(to / 1000)
  return {
    type: 'ClockStepObserved',
    data: { record, from: isoOfMs(from), to: isoOfMs(to), stepSec },
    id: ids({ origin: 'clock-step', statedSec, parameters: { stepSec } }),
    stated: isoOfMs(to),
    record,
    offset: null,
  }
}

const readEvent = (read: SourceReadData, ids: IdsOfLog): ImportedEvent => {
  const stated = read.to ?? isoOfMs(0)
  const parameters = { fileHash: read.fileHash }
  const id = ids({
    origin: 'source-read',
    statedSec: Math.floor(Date.parse(stated) / 1000),
    parameters,
  })
  return { type: 'SourceRead', data: read, id, stated, record: 0, offset: null }
}

/** Letters that the candidates of one event may have together, so that any store takes it. */
const candidateLettersMax = 16_384

/** As many links as one event can name: the audit adds all others that its log ever names. */
const shortened = (links: ReadonlyArray<LinkId>): ReadonlyArray<LinkId> => {
  let letters = 0
  const first = links.findIndex((link) => (letters += link.length) > candidateLettersMax)
  return first < 0 ? links : links.slice(0, first)
}

/** Gives the events that a part of a file is stored as. */
export const planPart = (part: LogPart, log: LogIdentity): PlannedPart => {
  const { logId, computer } = log
  const ids = importIds(logId)
  const { link: only } = log
  const evidence =
    only === null ? part.evidence : part.evidence.map((it) => ({ ...it, link: only }))
  const links = [...new Set(evidence.flatMap(({ link }) => (link === null ? [] : [link])))]
  const candidates = shortened(links)
  const byLink = new Map<LinkId | null, ImportedEvent[]>([[null, []]])
  for (const it of evidence) {
    const event = evidenceEvent(it, it.link === null ? { candidates } : {}, ids)
    const events = byLink.get(it.link)
    if (events === undefined) byLink.set(it.link, [event])
    else events.push(event)
  }
  const steps = part.steps.map((step) => stepEvent(step, ids))
  const unnamed = [...(byLink.get(null) ?? []), ...steps]
  return {
    logId,
    computer,
    links: links.map((link) => ({
      stream: streamOfLink(link),
      link,
      events: byLink.get(link) ?? [],
    })),
    source: {
      stream: streamOfSource(logId),
      link: null,
      events: [...unnamed, readEvent(log.read, ids)],
    },
  }
}
