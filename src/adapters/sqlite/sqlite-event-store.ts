import type { TaskEither } from 'fp-ts/TaskEither'
import type { EventStore, ReadError } from '../../ports/event-store'
import type { Connection } from './connection'
import { groupCommit, usualPatience, type Patience } from './group-commit'
import type { Operations } from './operations'
import { patiently } from './patiently'
import { sessionOn } from './session'
import { readErrorOf } from './sqlite-failure'
import { watchChanges } from './watch-changes'

/** What a store is made of; `reconnect` opens the file anew and throws what SQLite throws. */
export type SqliteParts = {
  readonly connection: Connection
  readonly reconnect: () => Connection
  readonly patience?: Patience
  /** Called once the connection is closed. */
  readonly released?: () => void
}

/** An event store in one SQLite file, which several processes may share. */
export const sqliteEventStore = (parts: SqliteParts): EventStore => {
  const { connection, reconnect, patience = usualPatience, released } = parts
  const session = sessionOn(connection, reconnect)
  const writer = groupCommit(session, patience)
  const watcher = watchChanges(session)
  const reading = <A>(read: (operations: Operations) => A): TaskEither<ReadError, A> =>
    patiently({ giveUpMs: patience.lockMs, errorOf: readErrorOf }, () => read(session.current()))
  return {
    append: (stream, expected, events) => () => writer.append({ stream, expected, events }),
    readStream: (range) => reading((operations) => operations.readStream(range)),
    readAll: (range) => reading((operations) => operations.readAll(range)),
    newest: (stream) => reading((operations) => operations.findNewest(stream)),
    end: reading((operations) => operations.findEnd()),
    streams: (category) => reading((operations) => operations.listStreams(category)),
    changes: watcher.changes,
    close: async () => {
      watcher.stop()
      await writer.idle()
      session.close()
      released?.()
    },
  }
}
