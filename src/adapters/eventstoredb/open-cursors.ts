import type { EventStoreDBClient } from '@eventstore/db-client'
import type { LogCursor } from './log-cursor'

/** Where a walk stands. */
export type CursorPlace = {
  readonly after: bigint | null
  readonly categories: ReadonlyArray<string>
}

/** Walks that stopped at the end of a page and may go on. */
export type OpenCursors = {
  /** The walk that stands at a place; it is the caller's from now on. */
  readonly take: (client: EventStoreDBClient, place: CursorPlace) => LogCursor | undefined
  readonly keep: (client: EventStoreDBClient, place: CursorPlace, cursor: LogCursor) => void
  readonly closeAll: () => void
}

/** Most walks that are kept: each is a call that the server holds open. */
const cursorsMax = 4

/** How long a walk is kept that nobody goes on with. */
const idleMs = 5_000

type Kept = {
  readonly client: EventStoreDBClient
  readonly key: string
  readonly cursor: LogCursor
  readonly timer: NodeJS.Timeout
}

/** No walks yet; what was kept longest ago is closed first. */
export const openCursors = (): OpenCursors => {
  const kept: Kept[] = []
  const remove = (one: Kept): void => {
    clearTimeout(one.timer)
    const at = kept.indexOf(one)
    if (at !== -1) kept.splice(at, 1)
  }
  const close = (one: Kept): void => {
    remove(one)
    one.cursor.close()
  }
  return {
    take: (client, place) => {
      const found = kept.find((one) => one.client === client && one.key === keyOf(place))
      if (found !== undefined) remove(found)
      return found?.cursor
    },
    keep: (client, place, cursor) => {
      const timer = setTimeout(() => close(one), idleMs)
      const one: Kept = { client, key: keyOf(place), cursor, timer: timer.unref() }
      kept.push(one)
      const oldest = kept.length > cursorsMax ? kept[0] : undefined
      if (oldest !== undefined) close(oldest)
    },
    closeAll: () => [...kept].forEach(close),
  }
}

const keyOf = ({ after, categories }: CursorPlace): string =>
  `${after ?? 'start'} ${categories.join(' ')}`
