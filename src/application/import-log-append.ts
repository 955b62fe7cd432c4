import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/ReadonlyArray'
import type { ReadonlyNonEmptyArray } from 'fp-ts/ReadonlyNonEmptyArray'
import { map } from 'fp-ts/ReadonlyNonEmptyArray'
import { headOf, sealEvents } from '../adapters/codec'
import type { StreamHead, UnsealedEvent } from '../adapters/codec'
import type { AppendError, EventStore } from '../ports/event-store'
import type { ImportedEvent } from './import-log-events'
import { missingOf, readOn, type StreamInUse } from './import-log-before'
import { appendUntilKnown } from './append-until-known'
import { eventAt } from './event-at'
import type { ImportParts } from './import-parts'
import type { EvidenceSpool } from '../ports/evidence-spool'

/** The log and file that events come from, as their envelopes name it. */
export type EventsFrom = {
  readonly logId: string
  readonly fileHash: string
  readonly computer: string | null
}

/**
 * What one append holds, about: EventStoreDB takes 1 MiB, and a transaction of SQLite that holds as
 * much is over before another process's grant has to wait for it.
 */
const batchBytes = 600_000
const envelopeBytes = 1000

/** How often somebody else may be faster. */
const conflictsMax = 200
const conflictPauseMs = 5

const unsealedOf = (
  parts: ImportParts,
  from: EventsFrom,
  batch: ReadonlyNonEmptyArray<ImportedEvent>,
): ReadonlyNonEmptyArray<UnsealedEvent> => {
  const { actor, host } = parts
  const { logId, fileHash, computer } = from
  const appended = parts.clock.read()
  return map(({ id, fact, stated, record, offset, isRecovered }: ImportedEvent): UnsealedEvent => {
    const place = { kind: 'import', logId, fileHash, record, offset, computer } as const
    const source = isRecovered ? { ...place, recovered: true as const } : place
    const metadata = {
      schema: 1,
      occurred: appended,
      appended,
      host,
      stated,
      source,
      actor,
    } as const
    return { ...fact, id, metadata }
  })(batch)
}

const appendBatch = async (
  parts: ImportParts,
  head: StreamHead,
  unsealed: ReadonlyNonEmptyArray<UnsealedEvent>,
): Promise<E.Either<AppendError, StreamHead>> => {
  const [first, ...rest] = unsealed
  const sealed = sealEvents(head, [first, ...rest])
  if (E.isLeft(sealed)) return sealed
  const appended = await appendUntilKnown(parts, head, sealed.right.events)
  if (E.isLeft(appended)) return appended
  return appended.right.repeated
    ? headIfOurs(parts.store, sealed.right.head)
    : E.right(sealed.right.head)
}

/**
 * The same facts may have been stored by another import, in other bytes: a chain that goes on from
 * ours would be broken. Then it is a conflict, and what is there is read first.
 */
const headIfOurs = async (
  store: EventStore,
  head: StreamHead & { readonly revision: bigint },
): Promise<E.Either<AppendError, StreamHead>> => {
  const stored = await eventAt(store, head)
  if (E.isLeft(stored)) return stored
  return stored.right !== undefined && headOf(stored.right).hash === head.hash
    ? E.right(head)
    : E.left({ _tag: 'Conflict', stream: head.stream, actual: head.revision })
}

/** Where events are appended, and where they come from. */
export type AppendSite = {
  readonly parts: ImportParts
  readonly spool: EvidenceSpool
  readonly from: EventsFrom
}

/** How far an append came: `error` null means that nothing is missing any more. */
export type AppendedEvents = {
  readonly added: ReadonlyArray<ImportedEvent>
  readonly error: AppendError | null
}

const sizeOf = ({ fact }: ImportedEvent): number => envelopeBytes + lettersOf(fact.data)

/** Letters of the long parts of an event: what else its data holds is in {@link envelopeBytes}. */
const lettersOf = (data: ImportedEvent['fact']['data']): number => {
  if ('candidates' in data) {
    return (data.candidates ?? []).reduce((sum, link) => sum + 3 + Buffer.byteLength(link), 0)
  }
  return 'fileHash' in data ? JSON.stringify(data).length : 0
}

/** As many of the first events as fit into one append, at least one. */
const batchOf = (events: ReadonlyArray<ImportedEvent>): ReadonlyArray<ImportedEvent> => {
  let bytes = 0
  const end = events.findIndex((event) => (bytes += sizeOf(event)) > batchBytes)
  return end < 0 ? events : events.slice(0, Math.max(1, end))
}

/**
 * Appends what a stream does not hold yet, in batches at its revision; when somebody else appended
 * meanwhile, reads on and appends what is still missing.
 */
export const appendMissing = async (
  { parts, spool, from }: AppendSite,
  stream: StreamInUse,
  events: ReadonlyArray<ImportedEvent>,
): Promise<AppendedEvents> => {
  const added: ImportedEvent[] = []
  let left = events
  let conflicts = 0
  for (;;) {
    const missing = missingOf(spool, stream, left)
    if (E.isLeft(missing)) return { added, error: missing.left }
    left = missing.right
    const batch = batchOf(left)
    if (!isNonEmpty(batch)) return { added, error: null }
    const head = await appendBatch(parts, stream.head, unsealedOf(parts, from, batch))
    if (E.isRight(head)) {
      stream.head = head.right
      added.push(...batch)
      left = left.slice(batch.length)
      continue
    }
    conflicts += 1
    if (head.left._tag !== 'Conflict' || conflicts > conflictsMax)
      return { added, error: head.left }
    await parts.sleepMs(conflictPauseMs * (1 + (conflicts % 7)))
    const read = await readOn({ store: parts.store, spool, fileHash: from.fileHash }, stream)
    if (E.isLeft(read)) return { added, error: read.left }
  }
}
