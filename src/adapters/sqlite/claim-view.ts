import Database from 'better-sqlite3'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ViewClaim, ViewRole } from '../../ports/view-store'
import type { Connection } from './connection'
import { failureOf } from './sqlite-failure'

const nextEpoch = `
INSERT INTO view_runs (projection, role, epoch, pid) VALUES (@projection, @role, 1, @pid)
ON CONFLICT DO UPDATE SET epoch = epoch + 1, pid = @pid
RETURNING epoch`

type Role = { readonly projection: string; readonly role: ViewRole }

/**
 * Takes a role of a projection; null: somebody else has it. The lock is a transaction on a file of its
 * own that is never ended, so the kernel gives it back when the process is gone, however it went. The
 * epoch is for a holder whose lock was lost all the same, and that does not know: its writes are refused.
 */
export const claimView =
  (connection: Connection) =>
  ({ projection, role }: Role): ViewClaim | null => {
    const lock = lockOf(`${connection.name}.locks`, `${projection}.${role}.db`)
    if (lock === null) return null
    try {
      const row = connection
        .prepare<[Role & { readonly pid: number }], { readonly epoch: number }>(nextEpoch)
        .get({ projection, role, pid: process.pid })
      return { projection, role, epoch: row?.epoch ?? 0, release: () => void lock.close() }
    } catch (cause) {
      lock.close()
      throw cause
    }
  }

const lockOf = (folder: string, file: string): Connection | null => {
  mkdirSync(folder, { recursive: true })
  const lock = new Database(join(folder, file), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    if (failureOf(cause) === 'busy') return null
    throw cause
  }
}
