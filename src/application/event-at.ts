import * as E from 'fp-ts/Either'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'

/** Reads the event at a revision of a stream; undefined where the stream ends before it. */
export const eventAt = async (
  store: EventStore,
  { stream, revision }: { readonly stream: string; readonly revision: bigint },
): Promise<E.Either<ReadError, RecordedEvent | undefined>> => {
  const page = await store.readStream({
    stream,
    direction: 'forwards',
    from: revision,
    limit: 1,
  })()
  if (E.isLeft(page)) return page
  const [event] = page.right.events
  return E.right(event?.revision === revision ? event : undefined)
}
