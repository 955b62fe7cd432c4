import * as E from 'fp-ts/Either'
import { emptyHead, headOf } from '../adapters/codec'
import type { StreamHead } from '../adapters/codec'
import type { AppendError, EventStore, Page, RecordedEvent } from '../ports/event-store'
import type { EvidenceSpool } from '../ports/evidence-spool'
import type { ImportedEvent } from './import-log-events'

/** A stream that a file's events go to, as far as it was read. */
export type StreamInUse = {
  readonly stream: string
  head: StreamHead
  /** Whether the gate has granted a dial in it. */
  isLive: boolean
  /** Whether it holds anything that was imported; the spool remembers what. */
  holdsImports: boolean
}

/** Where streams are read, and what is remembered of them. */
export type ReadingSite = {
  readonly store: EventStore
  readonly spool: EvidenceSpool
  readonly fileHash: string
}

const pageEvents = 512

/** How the envelope of every imported event begins to name its source. */
const importMark = '"kind":"import"'

const see = (
  { spool, fileHash }: ReadingSite,
  stream: StreamInUse,
  events: ReadonlyArray<RecordedEvent>,
): E.Either<AppendError, void> => {
  const newest = events.at(-1)
  if (newest !== undefined) stream.head = headOf(newest)
  stream.isLive ||= events.some(({ type }) => type === 'DialAttempted')
  const imported = events.filter(({ metadata }) => metadata.includes(importMark))
  if (imported.length === 0) return E.right(undefined)
  stream.holdsImports = true
  const ids = imported.map(({ id, metadata }) => ({ id, isOfFile: metadata.includes(fileHash) }))
  return spool.remember(stream.stream, ids)
}

/** Reads what came to a stream since it was read last. */
export const readOn = async (
  site: ReadingSite,
  stream: StreamInUse,
): Promise<E.Either<AppendError, void>> => {
  const { revision } = stream.head
  let from: bigint | null = revision === 'no_stream' ? 0n : revision + 1n
  while (from !== null) {
    const page: E.Either<AppendError, Page> = await site.store.readStream({
      stream: stream.stream,
      direction: 'forwards',
      from,
      limit: pageEvents,
    })()
    if (E.isLeft(page)) return page
    const seen = see(site, stream, page.right.events)
    if (E.isLeft(seen)) return seen
    from = page.right.next
  }
  return E.right(undefined)
}

/** Reads streams to their ends: where each ends, and what was imported into it before. */
export const readBefore = async (
  site: ReadingSite,
  streams: Iterable<string>,
): Promise<E.Either<AppendError, ReadonlyMap<string, StreamInUse>>> => {
  const inUse = new Map<string, StreamInUse>()
  for (const stream of streams) {
    if (inUse.has(stream)) continue
    const one = { stream, head: emptyHead(stream), isLive: false, holdsImports: false }
    const read = await readOn(site, one)
    if (E.isLeft(read)) return read
    inUse.set(stream, one)
  }
  return E.right(inUse)
}

/** Gives those of some events that a stream does not hold yet. */
export const missingOf = (
  spool: EvidenceSpool,
  { stream, holdsImports }: StreamInUse,
  events: ReadonlyArray<ImportedEvent>,
): E.Either<AppendError, ReadonlyArray<ImportedEvent>> => {
  if (!holdsImports || events.length === 0) return E.right(events)
  const ids = events.map(({ id }) => id)
  return E.map((stored: ReadonlyMap<string, unknown>) =>
    events.filter(({ id }) => !stored.has(id)),
  )(spool.remembered(stream, ids))
}
