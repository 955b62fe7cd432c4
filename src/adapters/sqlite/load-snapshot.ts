import type { Snapshot, SnapshotKey } from '../../ports/snapshot-store'
import type { Connection } from './connection'

const selectSnapshot = `
SELECT version, revision, head, view, hash FROM snapshots
WHERE ledger = @ledger AND projection = @projection AND stream = @stream`

type SnapshotRow = Pick<Snapshot, 'version' | 'head' | 'view' | 'hash'> & {
  readonly revision: number
}

/** Loads the newest snapshot of a projection over a stream; undefined: there is none. */
export const loadSnapshot = (
  connection: Connection,
  ledger: string,
): ((key: SnapshotKey) => Snapshot | undefined) => {
  const statement = connection.prepare<[SnapshotKey & { readonly ledger: string }], SnapshotRow>(
    selectSnapshot,
  )
  return ({ projection, stream }) => {
    const row = statement.get({ ledger, projection, stream })
    return row && { ...row, projection, stream, revision: BigInt(row.revision) }
  }
}
