import * as E from 'fp-ts/Either'
import { emptyHead, headOf, toStreamItem, type StreamHead } from '../adapters/codec'
import type { EventStore } from '../ports/event-store'
import type { FoldStream } from './ledger-parts'

const pageSize = 500

/** Folds a stream of a store from its first event. */
export const foldStream =
  (store: EventStore): FoldStream =>
  (projection, stream) =>
  async () => {
    let view = projection.initial
    let head: StreamHead = emptyHead(stream)
    let from: bigint | 'start' | null = 'start'
    while (from !== null) {
      const page = await store.readStream({
        stream,
        direction: 'forwards',
        from,
        limit: pageSize,
      })()
      if (E.isLeft(page)) return page
      for (const event of page.right.events) view = projection.evolve(view, toStreamItem(event))
      const newest = page.right.events.at(-1)
      if (newest !== undefined) head = headOf(newest)
      from = page.right.next
    }
    return E.right({ view, head })
  }
