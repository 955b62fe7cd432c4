import * as E from 'fp-ts/Either'
import type { EventStoreDBClient } from '@eventstore/db-client'
import type { LedgerRange, Page, ReadError, RecordedEvent } from '../../ports/event-store'
import { collected } from './collected'
import { logCursor, type LogCursor } from './log-cursor'
import { openCursors, type CursorPlace, type OpenCursors } from './open-cursors'
import { reading } from './reading'
import type { StoreParts } from './store-parts'

/** Reads of the whole ledger, which go on where the page before ended. */
export type ReadAll = {
  readonly page: (range: LedgerRange) => Promise<E.Either<ReadError, Page>>
  readonly close: () => void
}

/** Reads pages of the whole ledger. */
export const readAll = (parts: StoreParts): ReadAll => {
  const cursors = openCursors()
  return {
    page: (range) => readPage(parts, cursors, range),
    close: cursors.closeAll,
  }
}

const readPage = async (
  parts: StoreParts,
  cursors: OpenCursors,
  { after, categories, limit }: LedgerRange,
): Promise<E.Either<ReadError, Page>> => {
  const wanted = parts.categories.filter((category) => categories?.includes(category) ?? true)
  if (wanted.length === 0) return E.right({ events: [], next: null })
  const read = await reading(parts, async (client) => {
    const place = { after, categories: wanted }
    const events = await takeFrom({ parts, client, cursors }, place, limit + 1)
    if (events === 'no place') return rolledBack(after)
    const page = events.slice(0, limit)
    const next = events.length > limit ? (page.at(-1)?.position ?? null) : null
    const isBeyond = after !== null && page.length === 0 && (await headOf(parts, client)) < after
    return isBeyond ? rolledBack(after) : E.right({ events: page, next })
  })
  if (E.isLeft(read)) return read
  return typeof read.right === 'string'
    ? E.left({ _tag: 'Unavailable', why: `the log as a whole is ${read.right}` })
    : read.right
}

type Walking = {
  readonly parts: StoreParts
  readonly client: EventStoreDBClient
  readonly cursors: OpenCursors
}

/** So many events after a place, the last of which is only looked at; fewer: the end was reached. */
const takeFrom = async (
  { parts, client, cursors }: Walking,
  place: CursorPlace,
  count: number,
): Promise<ReadonlyArray<RecordedEvent> | 'no place'> => {
  const taken: RecordedEvent[] = []
  const kept = cursors.take(client, place)
  if (kept !== undefined) {
    taken.push(...(await takeOrClose(kept, count)))
    if (taken.length === count) return keptAt(taken, { client, cursors, place }, kept)
    // Where that walk ends is where the log ended before now.
    kept.close()
  }
  const after = taken.at(-1)?.position ?? place.after
  const cursor = logCursor(client, { ...place, after, silenceMaxMs: parts.patience.readMs })
  try {
    taken.push(...(await takeOrClose(cursor, count - taken.length)))
  } catch (cause) {
    if (after !== null && isNoPlace(cause)) return 'no place'
    throw cause
  }
  if (taken.length === count) return keptAt(taken, { client, cursors, place }, cursor)
  cursor.close()
  return taken
}

const takeOrClose = async (
  cursor: LogCursor,
  count: number,
): Promise<ReadonlyArray<RecordedEvent>> => {
  try {
    return await cursor.take(count)
  } catch (cause) {
    cursor.close()
    throw cause
  }
}

type Place = Omit<Walking, 'parts'> & { readonly place: CursorPlace }

/** Keeps a walk for the next page, which begins with the last of these events. */
const keptAt = (
  taken: ReadonlyArray<RecordedEvent>,
  { client, cursors, place }: Place,
  cursor: LogCursor,
): ReadonlyArray<RecordedEvent> => {
  const [extra, last] = [taken.at(-1), taken.at(-2)]
  if (extra === undefined || last === undefined) cursor.close()
  else {
    cursor.giveBack(extra)
    cursors.keep(client, { ...place, after: last.position }, cursor)
  }
  return taken
}

/** A subscription from beyond the end is silent for ever, one from inside an event fails so. */
const rolledBack = (position: bigint | null): E.Either<ReadError, never> =>
  E.left({
    _tag: 'Corrupt',
    why:
      `position ${position ?? 'unknown'} is no longer in the ledger: an older copy of the server was restored. ` +
      'Hold the links, then begin again without the checkpoint',
  })

const codeUnknown = 2

const isNoPlace = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === codeUnknown

const headOf = async ({ patience }: StoreParts, client: EventStoreDBClient): Promise<bigint> => {
  const newest = await collected(
    client.readAll({
      direction: 'backwards',
      fromPosition: 'end',
      maxCount: 1,
      requiresLeader: true,
    }),
    patience.readMs,
  )
  return newest[0]?.position.commit ?? -1n
}
