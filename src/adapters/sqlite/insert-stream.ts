import type { Connection } from './connection'

const insertStreamRow = 'INSERT INTO streams (name, category) VALUES (?, ?)'

/** Names a new stream and gives its number. */
export const insertStream = (connection: Connection): ((name: string) => number) => {
  const statement = connection.prepare<[string, string]>(insertStreamRow)
  return (name) => Number(statement.run(name, name.slice(0, name.indexOf('-'))).lastInsertRowid)
}
