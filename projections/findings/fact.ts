import type { Recorded, SourceReadData, StreamItem } from '../../domain/events'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import { clockKeyOf, type ClockReading } from '../../domain/time'

/** A clock reading as the audit needs it: which clock, its uptime, and the wall beside it. */
export type FactReading = { readonly clock: string; readonly cs: number; readonly ms: number }

/** Who wrote an event down: `name` is the log's id, or the host of a gate or a `record`. */
export type FactSource = {
  readonly kind: 'gate' | 'record' | 'import'
  readonly name: string
  readonly computer: string | null
  readonly file: string
  readonly record: number | null
  /** Whether its log itself counts the record no more: what lies between such records is unknown. */
  readonly isRecovered: boolean
}

type FactPlace = {
  readonly id: string
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly type: string
  readonly appended: FactReading
  readonly occurred: FactReading
  readonly statedMs: number | null
  readonly attempt: string | null
  readonly source: FactSource
}

/** What failed. `episode` is absent on imports, null when the evidence opens a window of its own. */
export type EvidenceBody = {
  readonly kind: 'evidence'
  readonly origin: string
  readonly code: number | null
  readonly episode?: string | null
  readonly candidates: ReadonlyArray<string>
}

type FactBody =
  | EvidenceBody
  | {
      readonly kind: 'ended'
      readonly origin: string
      readonly code: number | null
      readonly episode?: string | null
      readonly candidates: ReadonlyArray<string>
      readonly abnormal: boolean
      readonly resets: boolean
      readonly window: 'failure' | 'short-sessions' | 'normal-end' | 'none'
    }
  | {
      readonly kind: 'not-started'
      readonly origin: string
      readonly code: number | null
      readonly episode?: string | null
      readonly counts: boolean
    }
  | {
      readonly kind: 'policy'
      readonly set: PolicyFields
      readonly unset: ReadonlyArray<keyof RetryPolicy>
      readonly effectiveMs: number | null
    }
  | {
      readonly kind: 'grant'
      readonly dialTimeoutSec: number
      readonly startWithinSec: number
      readonly redialsItself: boolean
      readonly policy: { readonly site: number | null; readonly link: number | null }
    }
  | { readonly kind: 'started' | 'abandoned' | 'anchor' }
  | { readonly kind: 'site-released' }
  | { readonly kind: 'up'; readonly proof: string }
  | { readonly kind: 'observed'; readonly by: string }
  | {
      readonly kind: 'timer'
      readonly seconds: number | null
      readonly candidates: ReadonlyArray<string>
    }
  | { readonly kind: 'waived'; readonly windowId: string }
  | { readonly kind: 'released'; readonly past: number | null }
  | { readonly kind: 'read'; readonly data: SourceReadData }
  | { readonly kind: 'step'; readonly record: number | null; readonly toMs: number }

/** An event reduced to what verdicts can depend on. */
export type EventFact = FactPlace & FactBody

/** What the audit remembers of one item of the ledger. */
export type Fact =
  | EventFact
  | {
      readonly kind: 'unreadable'
      readonly stream: string
      readonly revision: number
      readonly position: number
    }

/** The facts of one kind. */
export type FactOf<K extends EventFact['kind']> = Extract<EventFact, { readonly kind: K }>

/** Gives what an item tells the audit; null: nothing. */
export const factOf = (item: StreamItem): Fact | null => {
  const { stream } = item
  const place = { stream, revision: Number(item.revision), position: Number(item.position) }
  if (item.type === 'Unreadable') return { ...place, kind: 'unreadable' }
  const body = bodyOf(item)
  return body === null ? null : { ...placeOf(item), ...body }
}

const placeOf = (event: Recorded): FactPlace => {
  const { metadata } = event
  return {
    id: event.id,
    stream: event.stream,
    revision: Number(event.revision),
    position: Number(event.position),
    type: event.type,
    appended: readingOf(metadata.appended),
    occurred: readingOf(metadata.occurred),
    statedMs: metadata.stated === undefined ? null : Date.parse(metadata.stated),
    attempt: metadata.attempt ?? null,
    source: sourceOf(event),
  }
}

const readingOf = (reading: ClockReading): FactReading => ({
  clock: clockKeyOf(reading),
  cs: reading.uptimeCs,
  ms: Date.parse(reading.wall),
})

const sourceOf = ({ metadata: { source, host } }: Recorded): FactSource =>
  source.kind === 'import'
    ? {
        kind: 'import',
        name: source.logId,
        computer: source.computer,
        file: source.fileHash,
        record: source.record,
        isRecovered: source.recovered === true,
      }
    : { kind: source.kind, name: host, computer: host, file: '', record: null, isRecovered: false }

const bodyOf = (event: Recorded): FactBody | null => {
  switch (event.type) {
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
    case 'ConnectionOpenFailed':
      return { kind: 'evidence', ...evidenceOf(event.data) }
    case 'AssociationEnded': {
      const { abnormal, resets, window } = event.data
      return { kind: 'ended', ...evidenceOf(event.data), abnormal, resets, window }
    }
    case 'DialNotStarted':
      return { kind: 'not-started', ...evidenceOf(event.data), counts: event.data.counts }
    case 'RetryPolicyChanged': {
      const { set, unset, effectiveFrom } = event.data
      const effectiveMs = effectiveFrom === null ? null : Date.parse(effectiveFrom)
      return { kind: 'policy', set, unset, effectiveMs }
    }
    case 'DialAttempted':
      return grantOf(event)
    default:
      return otherBodyOf(event)
  }
}

const grantOf = (event: Recorded & { readonly type: 'DialAttempted' }): FactBody => {
  const { dialTimeoutSec, startWithinSec, redialsItself, basis } = event.data
  const policy = { site: numberOf(basis.policy.site), link: numberOf(basis.policy.link) }
  return { kind: 'grant', dialTimeoutSec, startWithinSec, redialsItself, policy }
}

const otherBodyOf = (event: Recorded): FactBody | null => {
  switch (event.type) {
    case 'DialStarted':
      return { kind: 'started' }
    case 'DialAbandoned':
      return { kind: 'abandoned' }
    case 'DialRefused':
      return { kind: isSiteReleased(event.data) ? 'site-released' : 'anchor' }
    case 'LeaseRenewed':
    case 'LinkHeld':
      return { kind: 'anchor' }
    case 'AssociationOpened':
      return { kind: 'up', proof: event.data.proof }
    case 'DialObserved':
      return { kind: 'observed', by: event.data.by }
    case 'RetryDelayStarted':
      return {
        kind: 'timer',
        seconds: event.data.seconds,
        candidates: event.data.candidates ?? [],
      }
    case 'WindowWaived':
      return { kind: 'waived', windowId: event.data.windowId }
    case 'LinkReleased':
      return { kind: 'released', past: numberOf(event.data.past) }
    case 'SourceRead':
      return { kind: 'read', data: event.data }
    case 'ClockStepObserved':
      return { kind: 'step', record: event.data.record, toMs: Date.parse(event.data.to) }
    default:
      return null
  }
}

/** Whether a refusal begins the wait for a site's policy that was released (R16). */
const isSiteReleased = ({ deniedBy }: DialRefusedData): boolean =>
  deniedBy.some(({ rule }) => rule === 'site-released')

type DialRefusedData = { readonly deniedBy: ReadonlyArray<{ readonly rule: string }> }

type EvidenceData = {
  readonly origin: string
  readonly code: number | null
  readonly episode?: string | null
  readonly candidates?: ReadonlyArray<string>
}

const evidenceOf = ({ origin, code, episode, candidates }: EvidenceData) => ({
  origin,
  code,
  ...(episode === undefined ? {} : { episode }),
  candidates: candidates ?? [],
})

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text))

/** The link that a stream belongs to; null for streams of the site or of a source. */
export const linkOfStream = (stream: string): string | null =>
  stream.startsWith('link-') ? stream.slice('link-'.length) : null

/** When a fact is said to have happened: as stated, else by the writer's wall clock. */
export const statedOrSeenMs = (fact: EventFact): number => fact.statedMs ?? fact.occurred.ms
