import * as E from 'fp-ts/Either'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'

/** Events of a page while a stream is folded: some 300 KB, and few turns of the event loop. */
const pageSize = 500

/** What to read of a stream: everything, or what follows from a revision on, that one included. */
export type PagesFrom = { readonly stream: string; readonly from: bigint | 'start' }

/** Pulls a stream's pages one after the other, each when it is asked for; an error is the last. */
export async function* streamPages(
  store: EventStore,
  { stream, from }: PagesFrom,
): AsyncGenerator<E.Either<ReadError, ReadonlyArray<RecordedEvent>>, void, undefined> {
  let next: bigint | 'start' | null = from
  while (next !== null) {
    const page: Awaited<ReturnType<ReturnType<EventStore['readStream']>>> = await store.readStream({
      stream,
      direction: 'forwards',
      from: next,
      limit: pageSize,
    })()
    if (E.isLeft(page)) {
      yield page
      return
    }
    yield E.right(page.right.events)
    next = page.right.next
  }
}
