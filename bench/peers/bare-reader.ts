import Database from 'better-sqlite3'

const selectRows = `
SELECT position, revision, events.id AS id, type, data, metadata FROM events
WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision >= ?
ORDER BY revision LIMIT ?`

/** As many as a fold reads at a time. */
const pageSize = 500

type Row = { readonly revision: number; readonly data: string; readonly metadata: string }

/** Pages the rows of a stream and parses their JSON; gives how many there were. */
export type BareReader = {
  readonly parse: (stream: string) => number
  readonly close: () => void
}

/** The least that reading a ledger can take in this language and with this library. */
export const bareReader = (path: string): BareReader => {
  const database = new Database(path, { readonly: true })
  const page = database.prepare<[string, number, number], Row>(selectRows)
  return {
    parse: (stream) => {
      let [next, isMore] = [0, true]
      while (isMore) {
        const rows = page.all(stream, next, pageSize)
        for (const { data, metadata } of rows) {
          JSON.parse(data)
          JSON.parse(metadata)
        }
        next += rows.length
        isMore = rows.length === pageSize
      }
      return next
    },
    close: () => database.close(),
  }
}
