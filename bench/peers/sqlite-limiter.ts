import Database from 'better-sqlite3'
import { RateLimiterSQLite } from 'rate-limiter-flexible'

/** A limiter that many use, on a database as durable as ours. */
export type SqliteLimiter = {
  readonly consume: (key: string) => Promise<unknown>
  readonly close: () => void
}

/** Opens rate-limiter-flexible on a new SQLite file; it lets everything pass. */
export const sqliteLimiter = async (path: string): Promise<SqliteLimiter> => {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  const limiter = await new Promise<RateLimiterSQLite>((resolve, reject) => {
    const made: RateLimiterSQLite = new RateLimiterSQLite(
      {
        storeClient: database,
        storeType: 'better-sqlite3',
        tableName: 'dials',
        points: 1_000_000,
        duration: 600,
      },
      (error?: Error) => (error === undefined ? resolve(made) : reject(error)),
    )
  })
  return {
    consume: (key) => limiter.consume(key),
    close: () => database.close(),
  }
}
