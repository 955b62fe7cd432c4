import type { Connection } from './connection'
import { dataVersion } from './data-version'
import { findEnd } from './find-end'
import { findIds } from './find-ids'
import { findNewest } from './find-newest'
import { findStream } from './find-stream'
import { insertEvent } from './insert-event'
import { insertStream } from './insert-stream'
import { listStreams } from './list-streams'
import { readAll } from './read-all'
import { readStream } from './read-stream'

/** Everything that the store does on one connection, prepared once. */
export type Operations = {
  readonly connection: Connection
  readonly dataVersion: ReturnType<typeof dataVersion>
  readonly findEnd: ReturnType<typeof findEnd>
  readonly findIds: ReturnType<typeof findIds>
  readonly findNewest: ReturnType<typeof findNewest>
  readonly findStream: ReturnType<typeof findStream>
  readonly insertEvent: ReturnType<typeof insertEvent>
  readonly insertStream: ReturnType<typeof insertStream>
  readonly listStreams: ReturnType<typeof listStreams>
  readonly readAll: ReturnType<typeof readAll>
  readonly readStream: ReturnType<typeof readStream>
}

/** Prepares the store's operations on a connection. */
export const operationsOn = (connection: Connection): Operations => ({
  connection,
  dataVersion: dataVersion(connection),
  findEnd: findEnd(connection),
  findIds: findIds(connection),
  findNewest: findNewest(connection),
  findStream: findStream(connection),
  insertEvent: insertEvent(connection),
  insertStream: insertStream(connection),
  listStreams: listStreams(connection),
  readAll: readAll(connection),
  readStream: readStream(connection),
})
