import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStore, ReadError } from '../../ports/event-store'
import { backOffMs } from './append-batch'
import type { Connection } from './connection'
import { groupCommit, usualPatience, type Patience } from './group-commit'
import type { Operations } from './operations'
import { sessionOn, type Session } from './session'
import { failureOf, readErrorOf } from './sqlite-failure'
import { watchChanges } from './watch-changes'

/** What a store is made of; `connect` opens the file anew and throws what SQLite throws. */
export type SqliteParts = {
  readonly connect: () => Connection
  readonly patience?: Patience
  /** Called once the connection is closed. */
  readonly released?: () => void
}

/** An event store in one SQLite file that several processes may share; throws if it cannot open. */
export const sqliteEventStore = (parts: SqliteParts): EventStore => {
  const { connect, patience = usualPatience, released } = parts
  const session = sessionOn(connect(), connect)
  const writer = groupCommit(session, patience)
  const watcher = watchChanges(session)
  const reading = readingOn(session, patience)
  return {
    append: (stream, expected, events) => () => writer.append({ stream, expected, events }),
    readStream: (range) => reading((operations) => operations.readStream(range)),
    readAll: (range) => reading((operations) => operations.readAll(range)),
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

/** Reads, again while another process keeps SQLite from it; errors become the port's. */
const readingOn =
  (session: Session, { lockMs }: Patience) =>
  <A>(read: (operations: Operations) => A): TaskEither<ReadError, A> =>
  async () => {
    const giveUpAtMs = performance.now() + lockMs
    for (let attempt = 0; ; attempt++) {
      try {
        return E.right(read(session.current()))
      } catch (error) {
        if (failureOf(error) !== 'busy' || performance.now() > giveUpAtMs)
          return E.left(readErrorOf(error))
      }
      await sleep(backOffMs(attempt))
    }
  }
