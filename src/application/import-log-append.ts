import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/ReadonlyArray'
import type { ReadonlyNonEmptyArray } from 'fp-ts/ReadonlyNonEmptyArray'
import { map } from 'fp-ts/ReadonlyNonEmptyArray'
import { emptyHead, headOf, sealEvents } from '../adapters/codec'
import type { StreamHead, UnsealedEvent } from '../adapters/codec'
import type { AppendError, EventStore, RecordedEvent } from '../ports/event-store'
import type { ImportedEvent, PlannedStream } from './import-log-events'
import { appendUntilKnown } from './append-until-known'
import { eventAt } from './event-at'
import type { LedgerParts } from './ledger-parts'

/** What importing needs of an opened ledger; a throw-away one in memory will do. */
export type ImportParts = Pick<LedgerParts, 'store' | 'clock' | 'host' | 'actor' | 'sleepMs'>

/** The log and file that events come from, as their envelopes name it. */
export type EventsFrom = {
  readonly logId: string
  readonly fileHash: string
  readonly computer: string | null
}

/** What a stream held before anything was appended to it. */
export type StreamBefore = {
  readonly head: StreamHead
  /** Ids of planned events that are in it already. */
  readonly present: ReadonlySet<string>
  /** Whether the gate has granted a dial in it. */
  readonly isLive: boolean
  /** Whether the same file put events into it that are not planned: it was read in another way. */
  readonly isReadOtherwise: boolean
}

const pageEvents = 512

/** What one append holds, about: small enough to be gone before it ages in memory. */
const batchBytes = 200_000
const envelopeBytes = 1000

/** How often somebody else may be faster. */
const conflictsMax = 200
const conflictPauseMs = 5

type Seen = { present: Set<string>; isLive: boolean; isReadOtherwise: boolean; head: StreamHead }

/** The ids of everything that a file is stored as, whatever the stream. */
export type WantedOfFile = { readonly ids: ReadonlySet<string>; readonly fileHash: string }

const see = (seen: Seen, events: ReadonlyArray<RecordedEvent>, wanted: WantedOfFile): void => {
  for (const { id, type, metadata } of events) {
    if (type === 'DialAttempted') seen.isLive = true
    if (wanted.ids.has(id)) seen.present.add(id)
    else if (metadata.includes(wanted.fileHash)) seen.isReadOtherwise = true
  }
  const newest = events.at(-1)
  if (newest !== undefined) seen.head = headOf(newest)
}

const readOn = async (
  store: EventStore,
  seen: Seen,
  wanted: WantedOfFile,
): Promise<E.Either<AppendError, Seen>> => {
  const { stream, revision } = seen.head
  let from: bigint | null = revision === 'no_stream' ? 0n : revision + 1n
  while (from !== null) {
    const page = await store.readStream({
      stream,
      direction: 'forwards',
      from,
      limit: pageEvents,
    })()
    if (E.isLeft(page)) return page
    see(seen, page.right.events, wanted)
    from = page.right.next
  }
  return E.right(seen)
}

/** Reads a stream once: where it ends, and which of the wanted events it holds. */
export const readBefore = (
  store: EventStore,
  stream: string,
  wanted: WantedOfFile,
): Promise<E.Either<AppendError, StreamBefore>> => {
  const nothing = { present: new Set<string>(), isLive: false, isReadOtherwise: false }
  return readOn(store, { ...nothing, head: emptyHead(stream) }, wanted)
}

const unsealedOf = (
  parts: ImportParts,
  from: EventsFrom,
  batch: ReadonlyNonEmptyArray<ImportedEvent>,
): ReadonlyNonEmptyArray<UnsealedEvent> => {
  const appended = parts.clock.read()
  const envelope = { schema: 1, occurred: appended, appended, host: parts.host } as const
  return map(({ stated, record, offset, isRecovered, ...event }: ImportedEvent): UnsealedEvent => {
    const recovered = isRecovered === true ? { recovered: true as const } : {}
    const source = { kind: 'import', ...from, record, offset, ...recovered } as const
    return { ...event, metadata: { ...envelope, stated, source, actor: parts.actor } }
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

/** How far an append came: `error` null means that nothing is missing any more. */
export type AppendedStream = { readonly added: number; readonly error: AppendError | null }

/** One stream, what it held, and where its events come from. */
export type StreamToFill = {
  readonly planned: PlannedStream
  readonly before: StreamBefore
  readonly wanted: WantedOfFile
  readonly from: EventsFrom
  /** Told how many more of the planned events are in the ledger. */
  readonly onPassed: (events: number) => void
}

/** The next events that are missing, and the index at which to look for more. */
const nextBatch = (events: ReadonlyArray<ImportedEvent>, start: number, seen: Seen) => {
  const batch: ImportedEvent[] = []
  let at = start
  let bytes = 0
  for (; at < events.length && bytes < batchBytes; at += 1) {
    const event = events[at]
    if (event === undefined || seen.present.has(event.id)) continue
    batch.push(event)
    bytes += envelopeBytes + JSON.stringify(event.data).length
  }
  return { batch, next: at }
}

/**
 * Appends what a stream does not hold yet, in batches at its revision; when somebody else appended
 * meanwhile, reads on and appends what is still missing.
 */
export const appendMissing = async (
  parts: ImportParts,
  { planned, before, wanted, from, onPassed }: StreamToFill,
): Promise<AppendedStream> => {
  const seen: Seen = { ...before, present: new Set(before.present) }
  let conflicts = 0
  let added = 0
  let at = 0
  for (;;) {
    const { batch, next } = nextBatch(planned.events, at, seen)
    if (!isNonEmpty(batch)) return { added, error: null }
    const head = await appendBatch(parts, seen.head, unsealedOf(parts, from, batch))
    if (E.isRight(head)) {
      seen.head = head.right
      added += batch.length
      onPassed(next - at)
      at = next
      continue
    }
    conflicts += 1
    if (head.left._tag !== 'Conflict' || conflicts > conflictsMax)
      return { added, error: head.left }
    await parts.sleepMs(conflictPauseMs * (1 + (conflicts % 7)))
    const read = await readOn(parts.store, seen, wanted)
    if (E.isLeft(read)) return { added, error: read.left }
  }
}
