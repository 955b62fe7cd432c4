import Database from 'better-sqlite3'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench'
import { benchFolder } from '../ledger/cached-ledger'

/** Rows that are copied into the bare table; enough for its size to be in proportion. */
const rowsMax = 100_000

/** A million events took 0.7 GB when the format was drawn up. */
const bytesMax = 700

const copyRows = `
CREATE TABLE events AS
SELECT position, stream, revision, id, type, data, metadata FROM ledger.events
WHERE position <= ?`

/** What an event takes on disk with every index, beside its row in a table without any. */
export const ledgerSize: Bench = {
  name: 'size',
  run: async ({ events, ledgerOf }) => {
    const path = await ledgerOf(events)
    const bareFile = join(benchFolder, `bare-${process.pid}.db`)
    const { total, copied } = copiedRows(path, bareFile)
    const [bytes, bareBytes] = [statSync(path).size / total, statSync(bareFile).size / copied]
    rmSync(bareFile)
    return [
      {
        name: 'bytes-per-event',
        value: bytes,
        unit: 'bytes',
        target: { atMost: bytesMax },
        seen: `${total} events`,
      },
      {
        name: 'bytes-beside-bare-row',
        value: bytes / bareBytes,
        unit: 'x a bare row',
        target: null,
        seen: `${bareBytes.toFixed(0)} bytes`,
      },
    ]
  },
}

type Copied = { readonly total: number; readonly copied: number }

const copiedRows = (path: string, bareFile: string): Copied => {
  const database = new Database(bareFile)
  database.prepare('ATTACH ? AS ledger').run(path)
  database.prepare(copyRows).run(rowsMax)
  const copied = database.prepare('SELECT count(*) FROM main.events').pluck().get()
  const total = database.prepare('SELECT max(position) FROM ledger.events').pluck().get()
  database.close()
  return { total: Number(total), copied: Number(copied) }
}
