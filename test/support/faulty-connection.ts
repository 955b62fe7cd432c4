import { connect, type Connection } from '../../src/adapters/sqlite/connection'

/** What to do instead of a statement; undefined: let it run. */
export type Fault = (statement: string, run: () => void) => (() => void) | undefined

/** An error as SQLite raises it. */
export const sqliteError = (code: string): Error =>
  Object.assign(new Error(`injected ${code}`), { code })

/** Opens a file so that a test decides what happens at each statement without a result; counts. */
export const faultyConnector = (path: string) => {
  const seen = { connections: 0, checkpoints: 0 }
  let fault: Fault = () => undefined
  const open = (): Connection => {
    seen.connections++
    const connection = connect(path)
    const { exec, pragma } = connection
    connection.exec = (statement) => {
      const run = (): void => void exec.call(connection, statement)
      ;(fault(statement, run) ?? run)()
      return connection
    }
    connection.pragma = (source, options) => {
      if (source.startsWith('wal_checkpoint')) seen.checkpoints++
      return pragma.call(connection, source, options)
    }
    return connection
  }
  return {
    open,
    seen,
    setFault: (next: Fault) => {
      fault = next
    },
  }
}
