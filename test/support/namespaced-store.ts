import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { EventStore, Page } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { eventStoreDbAt } from './eventstoredb-store'
import { sealedEvents } from './sealed-events'

/**
 * An empty store on a server that holds other things too: the categories of its streams have a suffix
 * there that nobody else has, and nothing is read that was there before.
 */
export const namespacedStore = async (
  url: string,
  categories: ReadonlyArray<string> = ['site', 'link', 'source'],
): Promise<EventStore> => {
  const suffix = `x${Math.random().toString(36).slice(2, 10)}`
  const own = categories.map((category) => `${category}${suffix}`)
  const store = await eventStoreDbAt(url, { categories: own })
  const floor = await markOn(url, suffix)
  const into = (stream: string): string => stream.replace(/^([^-]+)-(?=.)/su, `$1${suffix}-`)
  const outOf = (stream: string): string => stream.replace(`${suffix}-`, '-')
  const pageOutOf = ({ events, next }: Page): Page => ({
    events: events.map((event) => ({ ...event, stream: outOf(event.stream) })),
    next,
  })
  return {
    append: (stream, expected, events) =>
      pipe(
        store.append(into(stream), expected, events),
        TE.mapError((error) =>
          error._tag === 'Conflict' ? { ...error, stream: outOf(error.stream) } : error,
        ),
      ),
    readStream: (range) =>
      pipe(store.readStream({ ...range, stream: into(range.stream) }), TE.map(pageOutOf)),
    readAll: ({ after, categories: wanted, limit }) =>
      pipe(
        store.readAll({
          after: after ?? floor,
          categories: wanted === null ? null : wanted.map((category) => `${category}${suffix}`),
          limit,
        }),
        TE.map(pageOutOf),
      ),
    end: pipe(
      store.end,
      TE.map((end) => (end === null || end <= floor ? null : end)),
    ),
    newest: (stream) => store.newest(into(stream)),
    streams: (category) =>
      pipe(
        store.streams(`${category}${suffix}`),
        TE.map((names) => names.map(outOf)),
      ),
    changes: store.changes,
    close: store.close,
  }
}

/** A place that everything which is appended from now on is behind. */
const markOn = async (url: string, suffix: string): Promise<bigint> => {
  const store = await eventStoreDbAt(url, { categories: ['mark'] })
  const mark = await rightOf(store.append(`mark-${suffix}`, 'no_stream', sealedEvents(1)))
  await store.close()
  return mark.position
}
