import { absurd } from 'fp-ts/function'
import type { LedgerEvent, SourceReadData } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { mtaClassOf, mtaKindOf, mtaOriginOf, type MtaEventClass } from '../../domain/mta-events'
import { isoOfMs } from '../../domain/time'
import { importId, importIds } from '../adapters/codec'
import type { ClockStep } from '../import/log-order'
import type { PlacedEvidence } from '../ports/evidence-spool'
import type { NumberedLink } from './import-log-links'
import type { LogPart } from './import-log-part'

/** An event read from a log, with its id; its envelope gets the clocks when it is written. */
export type ImportedEvent = {
  readonly id: string
  readonly fact: LedgerEvent
  /** ISO 8601 UTC. */
  readonly stated: string
  readonly record: number
  readonly offset: number | null
  readonly isRecovered: boolean
}

/** What a part of a file is stored as: its evidence, link by link, and `SourceRead` last. */
export type PlannedPart = Pick<LogPart, 'number' | 'computer' | 'links' | 'steps'> & {
  readonly logId: string
  /** Links that evidence without a name may belong to. */
  readonly candidates: ReadonlyArray<LinkId>
  readonly read: SourceReadData
}

/** What stays the same for all events of one log. */
export type LogIdentity = { readonly logId: string; readonly read: SourceReadData }

/** Letters that the candidates of one event may have together, so that any store takes it. */
const candidateLettersMax = 16_384

/** As many links as one event can name: the audit adds all others that its log ever names. */
const shortened = (links: ReadonlyArray<LinkId>): ReadonlyArray<LinkId> => {
  let letters = 0
  const first = links.findIndex((link) => (letters += link.length) > candidateLettersMax)
  return first < 0 ? links : links.slice(0, first)
}

/** Says what a part of a file is stored as. */
export const planPart = (part: LogPart, log: LogIdentity): PlannedPart => {
  const { number, computer, links, steps } = part
  const candidates = shortened(links.map(({ id }) => id))
  return { number, computer, links, steps, candidates, ...log }
}

/** The stream of a source: what was read of it, and evidence that names no link. */
export const streamOfSource = (logId: string): string => `source-${logId}`

/** The stream that evidence of a link goes to, or that of none. */
export const streamOfEvidence = (plan: PlannedPart, link: NumberedLink | null): string =>
  link === null ? streamOfSource(plan.logId) : streamOfLink(link.id)

/** Gives the events of evidence of one link, or of none; ids as {@link importIds} would give them. */
export const evidenceEvents = (
  plan: PlannedPart,
  link: NumberedLink | null,
  evidence: ReadonlyArray<PlacedEvidence>,
): ReadonlyArray<ImportedEvent> => {
  const unnamed = link === null ? plan : null
  const events: ImportedEvent[] = []
  for (const one of evidence) {
    const { eventId, stated, code, seconds, count, record, offset, isRecovered } = one
    const fact = factOf(one, unnamed)
    if (fact === null) continue
    const id = importId({
      logId: plan.logId,
      origin: mtaOriginOf(eventId),
      statedSec: Math.floor(stated / 1000),
      parameters: { link: link?.id ?? null, code, seconds },
      count,
    })
    events.push({ id, fact, stated: isoOfMs(stated), record, offset, isRecovered })
  }
  return events
}

/** The last events of a part: what is said about the log itself. */
export const closingEvents = (plan: PlannedPart): ReadonlyArray<ImportedEvent> => {
  const ids = importIds(plan.logId)
  return [...plan.steps.map((step) => stepEvent(step, ids)), readEvent(plan.read, ids)]
}

type Unnamed = { readonly candidates: ReadonlyArray<string> }

/** Null: the record says nothing about a link, and was never spooled. `unnamed` null: it names one. */
const factOf = (evidence: PlacedEvidence, unnamed: Unnamed | null): LedgerEvent | null => {
  const { eventId, code, seconds } = evidence
  const origin = mtaOriginOf(eventId)
  const evidenceClass: MtaEventClass = mtaClassOf(mtaKindOf(eventId), evidence)
  switch (evidenceClass) {
    case 'ras-error':
      return { type: 'RasErrorOccurred', data: withCandidates({ code, origin }, unnamed) }
    case 'connection-error':
      return { type: 'ConnectionErrorOccurred', data: withCandidates({ code, origin }, unnamed) }
    case 'open-failed':
      return { type: 'ConnectionOpenFailed', data: withCandidates({ code, origin }, unnamed) }
    case 'association-end':
      return { type: 'AssociationEnded', data: withCandidates(endOf(origin, code), unnamed) }
    case 'not-started': {
      const data = { code, counts: false, origin, reason: 'log' } as const
      return { type: 'DialNotStarted', data: withCandidates(data, unnamed) }
    }
    case 'delay-started':
      return { type: 'RetryDelayStarted', data: withCandidates({ seconds }, unnamed) }
    case 'context':
      return null
    default:
      return absurd(evidenceClass)
  }
}

const endOf = (origin: string, code: number | null) =>
  ({
    abnormal: true,
    code,
    origin,
    reason: 'log',
    resets: false,
    short: false,
    upCs: null,
    window: 'failure',
  }) as const

const withCandidates = <A extends object>(
  data: A,
  unnamed: Unnamed | null,
): A & Partial<Unnamed> => (unnamed === null ? data : { ...data, candidates: unnamed.candidates })

/** Gives the id of the next fact of a log. */
type IdsOfLog = ReturnType<typeof importIds>

const stepEvent = ({ record, from, to }: ClockStep, ids: IdsOfLog): ImportedEvent => {
  const stepSec = (to - from) / 1000
  const statedSec = Math.floor(to / 1000)
  return {
    fact: {
      type: 'ClockStepObserved',
      data: { record, from: isoOfMs(from), to: isoOfMs(to), stepSec },
    },
    id: ids({ origin: 'clock-step', statedSec, parameters: { stepSec } }),
    stated: isoOfMs(to),
    record,
    offset: null,
    isRecovered: false,
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
  const fact = { type: 'SourceRead', data: read } as const
  return { id, fact, stated, record: 0, offset: null, isRecovered: false }
}
