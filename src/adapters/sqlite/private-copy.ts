import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** A copy of a ledger that only this process sees. */
export type PrivateCopy = { readonly path: string; readonly remove: () => void }

/** Most attempts to copy a file that somebody writes to meanwhile. */
const attemptsMax = 5

/**
 * Copies a ledger and its log into a folder of our own; throws what the file system throws. SQLite
 * reads a log only where it may write beside it.
 */
export const copyPrivately = (path: string): PrivateCopy => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-copy-'))
  const copy = join(folder, basename(path))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const before = stateOf(path)
      copyFileSync(path, copy)
      rmSync(`${copy}-wal`, { force: true })
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
      if (stateOf(path) === before) return { path: copy, remove }
    }
    throw new Error('the ledger changes too fast to be copied')
  } catch (error) {
    remove()
    throw error
  }
}

const stateOf = (path: string): string =>
  [path, `${path}-wal`]
    .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`))
    .join(' / ')
