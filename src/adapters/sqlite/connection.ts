import Database from 'better-sqlite3'

/** A connection to one ledger file. */
export type Connection = Database.Database

/**
 * Longest synchronous wait for another's lock, in milliseconds. Whoever needs longer waits without
 * blocking the event loop: timeouts of seconds froze other links' supervisors.
 */
export const busyTimeoutMs = 10

const settings: ReadonlyArray<readonly [pragma: string, value: string, readBack: unknown]> = [
  // better-sqlite3 is built with NORMAL for WAL, which loses acknowledged rows in a power cut.
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['recursive_triggers', 'ON', 1],
]

/** Opens an existing file for reading and writing; throws what SQLite throws. */
export const connect = (path: string): Connection => {
  const connection = new Database(path, { fileMustExist: true, timeout: busyTimeoutMs })
  return configured(connection, () => {
    const mode = connection.pragma('journal_mode = WAL', { simple: true })
    if (mode !== 'wal')
      throw new Error(`SQLite cannot use a write-ahead log here (${String(mode)})`)
  })
}

/** Opens an existing file for reading; throws what SQLite throws. */
export const connectForReading = (path: string): Connection => {
  const options = { readonly: true, fileMustExist: true, timeout: busyTimeoutMs }
  const connection = new Database(path, options)
  // Nothing is read before the first statement, so a log that cannot be opened shows only then.
  return configured(connection, () => connection.pragma('schema_version'))
}

const configured = (connection: Connection, prepare: () => void): Connection => {
  try {
    prepare()
    for (const [pragma, value, readBack] of settings) {
      connection.pragma(`${pragma} = ${value}`)
      if (connection.pragma(pragma, { simple: true }) !== readBack)
        throw new Error(`SQLite does not accept ${pragma}=${value}`)
    }
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}
