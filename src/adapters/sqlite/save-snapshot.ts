import type { Snapshot } from '../../ports/snapshot-store'
import type { Connection } from './connection'

const upsertSnapshot = `
INSERT OR REPLACE INTO snapshots
VALUES (@ledger, @projection, @stream, @version, @revision, @head, @view, @hash)`

/** Puts a snapshot in the place of the one before it. */
export const saveSnapshot = (
  connection: Connection,
  ledger: string,
): ((snapshot: Snapshot) => void) => {
  const statement = connection.prepare<[Snapshot & { readonly ledger: string }]>(upsertSnapshot)
  return (snapshot) => void statement.run({ ...snapshot, ledger })
}
