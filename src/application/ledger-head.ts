import * as E from 'fp-ts/Either'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'

/** The streams of a ledger as they stood at one moment: all of their events up to `newest` are there. */
export type LedgerHead = {
  readonly streams: ReadonlyArray<string>
  /** The event with the highest position of these streams; null: they have none. */
  readonly newest: RecordedEvent | null
  readonly events: number
}

const categories = ['site', 'link', 'source']

/** Finds the newest event of the streams that are wanted, and how many events they have. */
export const ledgerHead = async (
  store: EventStore,
  wants: (stream: string) => boolean,
): Promise<E.Either<ReadError, LedgerHead>> => {
  const streams: string[] = []
  for (const category of categories) {
    const named = await store.streams(category)()
    if (E.isLeft(named)) return named
    for (const stream of named.right) if (wants(stream)) streams.push(stream)
  }
  const ends: RecordedEvent[] = []
  for (const stream of streams) {
    const page = await store.readStream({ stream, direction: 'backwards', from: 'end', limit: 1 })()
    if (E.isLeft(page)) return page
    ends.push(...page.right.events)
  }
  const newest = ends.reduce<RecordedEvent | null>(
    (latest, end) => (latest === null || end.position > latest.position ? end : latest),
    null,
  )
  const events = ends.reduce((sum, { revision }) => sum + Number(revision) + 1, 0)
  return E.right({ streams, newest, events })
}
