import * as E from 'fp-ts/Either'
import type { EventStore, ReadError } from '../ports/event-store'

/** The end of a ledger, and its streams: every event up to `end` is in one of them. */
export type LedgerHead = {
  /** The position of the last event; null: there is none. */
  readonly end: bigint | null
  /** The wanted streams, those of one category in the order of their first events. */
  readonly streams: ReadonlyArray<string>
}

const categories = ['site', 'link', 'source']

/** Finds where a ledger ends, and then which streams it has. */
export const ledgerHead = async (
  store: EventStore,
  wants: (stream: string) => boolean,
): Promise<E.Either<ReadError, LedgerHead>> => {
  const end = await store.end()
  if (E.isLeft(end)) return end
  const streams: string[] = []
  for (const category of categories) {
    const named = await store.streams(category)()
    if (E.isLeft(named)) return named
    for (const stream of named.right) if (wants(stream)) streams.push(stream)
  }
  return E.right({ end: end.right, streams })
}
