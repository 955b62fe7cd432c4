import Database from 'better-sqlite3'
import type { Json } from './cli-world'

const selectEvents = `
SELECT events.type, events.data FROM events JOIN streams ON streams.id = events.stream
WHERE streams.name = ? ORDER BY events.revision`

/** The events of a link, read past the program: starting that takes longer than most tests. */
export const ledgerEvents = (path: string, link = 'isp'): ReadonlyArray<Json> => {
  const connection = new Database(path, { readonly: true })
  try {
    const rows: ReadonlyArray<Json> = connection.prepare(selectEvents).all(`link-${link}`)
    return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) }))
  } finally {
    connection.close()
  }
}
