import type { EventStore } from '../../ports/event-store'
import { append } from './append'
import { clientHolder } from './client-holder'
import type { Connection } from './connection'
import { findEnd } from './find-end'
import { findNewest } from './find-newest'
import { listStreams } from './list-streams'
import { queuesByStream } from './queues-by-stream'
import { readAll } from './read-all'
import { readStream } from './read-stream'
import { usualPatience, type EventStoreDbPatience, type StoreParts } from './store-parts'
import { streamEnds } from './stream-ends'
import { watchChanges } from './watch-changes'

/** What a store may be told besides where its server is. */
export type EventStoreDbOptions = {
  readonly patience?: EventStoreDbPatience
  /** The categories of the streams that belong to the ledger. */
  readonly categories?: ReadonlyArray<string>
}

/** The categories of the streams of a ledger: what else a server holds is none of its business. */
const ledgerCategories = ['site', 'link', 'source']

/** An event store on an EventStoreDB server or cluster, which several hosts may share. */
export const eventStoreDbEventStore = (
  connection: Connection,
  { patience = usualPatience, categories = ledgerCategories }: EventStoreDbOptions = {},
): EventStore => {
  const clients = clientHolder(connection)
  const watcher = watchChanges({ clients, patience, categories })
  const parts: StoreParts = {
    clients,
    patience,
    categories,
    ends: streamEnds(),
    appended: watcher.appended,
  }
  const ledger = readAll(parts)
  const streams = listStreams(ledger)
  const queues = queuesByStream()
  return {
    append: (stream, expected, events) => () =>
      queues.run(stream, () => append(parts, { stream, expected, events })),
    readStream: (range) => () => readStream(parts, range),
    readAll: (range) => () => ledger.page(range),
    newest: (stream) => () => findNewest(parts, stream),
    end: () => findEnd(parts),
    streams: (category) => () => streams(category),
    changes: watcher.changes,
    close: async () => {
      watcher.stop()
      ledger.close()
      await queues.idle()
      await clients.close()
    },
  }
}
