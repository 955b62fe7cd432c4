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

/** The envelope as it is stored. */
export const storedMetadata = (metadata: Metadata): StoredMetadata => {
  const { occurred, appended, source, ...rest } = metadata
  const differing = differingFields(occurred, appended)
  return {
    ...rest,
    appended: storedReading(appended),
    ...(Object.keys(differing).length === 0 ? {} : { occurred: differing }),
    source: source.kind === 'import' ? storedImport(source) : source.kind,
  }
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

const storedReading = (reading: ClockReading): StoredReading => {
  const { boottimeOffset, provider, ...rest } = reading
  return {
    ...rest,
    ...(boottimeOffset === usualOffset ? {} : { boottimeOffset }),
    ...(provider === usualProvider ? {} : { provider }),
  }
}

const differingFields = (occurred: ClockReading, appended: ClockReading): Partial<ClockReading> => {
  if (occurred === appended) return {}
  return Object.fromEntries(
    Object.entries(occurred).filter(
      ([name, value]) => new Map<string, unknown>(Object.entries(appended)).get(name) !== value,
    ),
  )
}

const storedImport = ({ offset, computer, ...rest }: ImportSource): StoredImport => ({
  ...rest,
  ...(offset === null ? {} : { offset }),
  ...(computer === null ? {} : { computer }),
})

const gateSource: EventSource = { kind: 'gate' }
const recordSource: EventSource = { kind: 'record' }

const restoredSource = (source: StoredMetadata['source']): EventSource => {
  if (source === 'gate') return gateSource
  if (source === 'record') return recordSource
  return { ...source, offset: source.offset ?? null, computer: source.computer ?? null }
}
