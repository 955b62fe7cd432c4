import * as E from 'fp-ts/Either'
import type { SourceReadData } from '../../domain/events'
import { decodeEvent } from '../adapters/codec'
import type { EventStore, Page, ReadError, RecordedEvent } from '../ports/event-store'
import { streamOfSource } from './import-log-events'

/** One earlier import of a file: how it was read, as what, and when. */
export type EarlierImport = {
  readonly logId: string
  readonly read: SourceReadData
  readonly importedAt: string
}

/** Earlier imports by the SHA-256 of their file. */
export type EarlierImports = ReadonlyMap<string, ReadonlyArray<EarlierImport>>

const pageEvents = 512

const earlierOf = (recorded: RecordedEvent): EarlierImport | null => {
  if (recorded.type !== 'SourceRead') return null
  const event = decodeEvent(recorded)
  if (E.isLeft(event) || event.right.type !== 'SourceRead') return null
  const { stream, data, metadata } = event.right
  const logId = stream.slice(streamOfSource('').length)
  return { logId, read: data, importedAt: metadata.appended.wall }
}

const readSource = async (
  store: EventStore,
  stream: string,
  onEvent: (recorded: RecordedEvent) => void,
): Promise<E.Either<ReadError, void>> => {
  let from: bigint | null = 0n
  while (from !== null) {
    const page: E.Either<ReadError, Page> = await store.readStream({
      stream,
      direction: 'forwards',
      from,
      limit: pageEvents,
    })()
    if (E.isLeft(page)) return page
    page.right.events.forEach(onEvent)
    from = page.right.next
  }
  return E.right(undefined)
}

/** Finds every import that the ledger knows of; reads the streams of sources only. */
export const readEarlierImports = async (
  store: EventStore,
): Promise<E.Either<ReadError, EarlierImports>> => {
  const found = new Map<string, ReadonlyArray<EarlierImport>>()
  const streams = await store.streams('source')()
  if (E.isLeft(streams)) return streams
  for (const stream of streams.right) {
    const read = await readSource(store, stream, (recorded) => {
      const earlier = earlierOf(recorded)
      if (earlier === null) return
      const { fileHash } = earlier.read
      found.set(fileHash, [...(found.get(fileHash) ?? []), earlier])
    })
    if (E.isLeft(read)) return read
  }
  return E.right(found)
}

/** Why a file is not imported: it already was, and read in another way. */
export type ReadOtherwise = { readonly differs: string; readonly earlier: EarlierImport }

/**
 * Gives how an import of a file differs from an earlier one, which would store each record twice;
 * null: it does not.
 */
export const readOtherwise = (
  earlier: ReadonlyArray<EarlierImport>,
  now: { readonly logIds: ReadonlyArray<string>; readonly read: SourceReadData },
): ReadOtherwise | null => {
  for (const it of earlier) {
    const differences = [
      ['--log-tz', it.read.zone, now.read.zone],
      ['--date-order', it.read.dateOrder, now.read.dateOrder],
      ['--link', it.read.link, now.read.link],
      ['--format or --encoding', it.read.format, now.read.format],
      ['--source', now.logIds.includes(it.logId) ? null : it.logId, null],
    ] as const
    const other = differences.find(([, before, after]) => before !== after)
    if (other !== undefined) return { differs: `${other[0]} ${other[1] ?? '(none)'}`, earlier: it }
  }
  return null
}
