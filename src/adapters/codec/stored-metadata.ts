import type { EventSource, Metadata } from '../../../domain/events'
import type { ClockReading } from '../../../domain/time'
import { moment, oneOf, optional, record, text, whole, type Shape } from './shape'

/** A clock reading as stored: the two fields that hardly ever vary are absent at their usual value. */
type StoredReading = Pick<ClockReading, 'bootId' | 'uptimeCs' | 'wall'> &
  Partial<Pick<ClockReading, 'boottimeOffset' | 'provider'>>

type ImportSource = Extract<EventSource, { kind: 'import' }>

/** An import as the source of an event, as stored: what is null is absent. */
type StoredImport = Omit<ImportSource, 'offset' | 'computer'> & {
  readonly offset?: number
  readonly computer?: string
}

/**
 * The envelope as stored. These names and shapes are the storage format: version with care.
 * `occurred` holds the fields that differ from `appended`, and is absent when none does.
 */
export type StoredMetadata = Omit<Metadata, 'occurred' | 'appended' | 'source'> & {
  readonly appended: StoredReading
  readonly occurred?: Partial<ClockReading>
  readonly source: 'gate' | 'record' | StoredImport
}

/** The `boottimeOffset` that is not stored: that of a process in the host's time namespace. */
const usualOffset = '0 0'
const usualProvider = 'kernel'

const appendedShape = record<StoredReading>({
  bootId: text,
  uptimeCs: whole,
  wall: moment,
  boottimeOffset: optional(text),
  provider: optional(text),
})

const occurredShape = record<Partial<ClockReading>>({
  bootId: optional(text),
  uptimeCs: optional(whole),
  wall: optional(moment),
  boottimeOffset: optional(text),
  provider: optional(text),
})

const importShape = record<StoredImport>({
  kind: oneOf('import'),
  logId: text,
  fileHash: text,
  record: whole,
  offset: optional(whole),
  computer: optional(text),
  recovered: optional(oneOf(true)),
})

const sourceShape: Shape<StoredMetadata['source']> = {
  problem: (value) =>
    value === 'gate' || value === 'record' ? undefined : importShape.problem(value),
  isOptional: false,
}

const checkedByUpcasters: Shape<1> = { problem: whole.problem, isOptional: false }

/** The shape of a stored envelope. */
export const metadataShape = record<StoredMetadata>({
  schema: checkedByUpcasters,
  appended: appendedShape,
  occurred: optional(occurredShape),
  host: text,
  stated: optional(moment),
  source: sourceShape,
  actor: text,
  attempt: optional(text),
  causation: optional(text),
  more: optional(whole),
  prev: text,
})

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/**
 * The envelope as it is stored, its fields in the order of their names. Field by field, because the
 * spreads of some optional ones took most of the time of sealing.
 */
export const storedMetadata = (
  envelope: Omit<Metadata, 'prev' | 'more'>,
  prev: string,
  more: number,
): StoredMetadata => {
  const { schema, actor, appended, host, source } = envelope
  const reading = storedAppended(appended)
  const origin = source.kind === 'import' ? storedImport(source) : source.kind
  const stored: Mutable<StoredMetadata> =
    more > 0
      ? { actor, appended: reading, host, more, prev, schema, source: origin }
      : { actor, appended: reading, host, prev, schema, source: origin }
  const occurred = differingFields(envelope.occurred, appended)
  if (occurred !== null) stored.occurred = occurred
  if (envelope.stated !== undefined) stored.stated = envelope.stated
  if (envelope.attempt !== undefined) stored.attempt = envelope.attempt
  if (envelope.causation !== undefined) stored.causation = envelope.causation
  return stored
}

/** The envelope that a stored one, fresh from the parser, stands for; it is made of the same object. */
export const restoredMetadata = (stored: StoredMetadata): Metadata => {
  const appended: ClockReading = {
    bootId: stored.appended.bootId,
    boottimeOffset: stored.appended.boottimeOffset ?? usualOffset,
    provider: stored.appended.provider ?? usualProvider,
    uptimeCs: stored.appended.uptimeCs,
    wall: stored.appended.wall,
  }
  // A copy of every envelope took a tenth of the time of folding a million events.
  return Object.assign(stored, {
    appended,
    occurred: stored.occurred === undefined ? appended : { ...appended, ...stored.occurred },
    source: restoredSource(stored.source),
  })
}

/** Events that are appended together have one reading: it is written once for all of them. */
const storedAppended = (reading: ClockReading): StoredReading => {
  const known = storedReadings.get(reading)
  if (known !== undefined) return known
  const stored = storedReading(reading)
  storedReadings.set(reading, stored)
  return stored
}

const storedReadings = new WeakMap<ClockReading, StoredReading>()

const storedReading = (reading: ClockReading): StoredReading => {
  const { boottimeOffset, provider, ...rest } = reading
  return {
    ...rest,
    ...(boottimeOffset === usualOffset ? {} : { boottimeOffset }),
    ...(provider === usualProvider ? {} : { provider }),
  }
}

/** Null: none differs. */
const differingFields = (
  occurred: ClockReading,
  appended: ClockReading,
): Partial<ClockReading> | null => {
  if (occurred === appended) return null
  const known = new Map<string, unknown>(Object.entries(appended))
  const differing = Object.entries(occurred).filter(([name, value]) => known.get(name) !== value)
  return differing.length === 0 ? null : Object.fromEntries(differing)
}

const storedImport = (source: ImportSource): StoredImport => {
  const { kind, logId, fileHash, record: number, offset, computer, recovered } = source
  if (offset !== null && computer !== null && recovered === undefined)
    return { computer, fileHash, kind, logId, offset, record: number }
  const stored: Mutable<StoredImport> = { fileHash, kind, logId, record: number }
  if (computer !== null) stored.computer = computer
  if (offset !== null) stored.offset = offset
  if (recovered !== undefined) stored.recovered = recovered
  return stored
}

const gateSource: EventSource = { kind: 'gate' }
const recordSource: EventSource = { kind: 'record' }

const restoredSource = (source: StoredMetadata['source']): EventSource => {
  if (source === 'gate') return gateSource
  if (source === 'record') return recordSource
  return { ...source, offset: source.offset ?? null, computer: source.computer ?? null }
}
