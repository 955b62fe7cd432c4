import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { connectForReading } from './connection'
import { isBlank, readMarks } from './identify-ledger'
import { readIdFile } from './ledger-id-file'
import { networkFileSystemOf } from './network-file-system'
import { corrupt, ledgerMissing, notALedger, type OpenError } from './open-error'
import { applicationId } from './schema'

/** What is at a path: nothing, a ledger, or the beginnings of one that a crash cut short. */
export type FileKind = 'none' | 'blank' | 'ledger'

// https://sqlite.org/fileformat.html, section 1.3 (read 2026-11-22).
const headerBytes = 100
const applicationIdAt = 68
const magic = 'SQLite format 3\0'

/**
 * Looks at a file without changing it: opening a foreign database for writing would switch it to
 * another journal mode. Throws what the file system or SQLite throws.
 */
export const examineFile = (path: string): FileKind | OpenError => {
  if (!existsSync(dirname(path))) return 'none'
  const fileSystem = networkFileSystemOf(dirname(path))
  if (fileSystem !== undefined) {
    const next = 'keep the ledger on a local disk; for several hosts use EventStoreDB'
    return { _tag: 'NetworkFileSystem', path, fileSystem, next }
  }
  const hasIdFile = (readIdFile(path) ?? '') !== ''
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return hasIdFile ? ledgerMissing(path, true) : 'none'
  if (stat.isDirectory()) return notALedger(path, 'a folder')
  if (!stat.isFile()) return notALedger(path, 'no regular file')
  const kind = stat.size === 0 ? 'blank' : kindOfContents(path)
  return kind === 'blank' && hasIdFile
    ? corrupt(path, `it is empty, but ${path}.id names a ledger`)
    : kind
}

const kindOfContents = (path: string): FileKind | OpenError => {
  const header = headerOf(path)
  if (header === undefined) return notALedger(path, 'no SQLite database')
  if (header.readUInt32BE(applicationIdAt) === applicationId) return 'ledger'
  // The mark of a ledger that was made a moment ago may still be in the log.
  const connection = connectForReading(path)
  try {
    if (readMarks(connection).application === applicationId) return 'ledger'
    return isBlank(connection) ? 'blank' : notALedger(path, 'a database of something else')
  } finally {
    connection.close()
  }
}

const headerOf = (path: string): Buffer | undefined => {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(headerBytes)
    const bytes = readSync(file, header, 0, headerBytes, 0)
    return bytes === headerBytes && header.toString('latin1', 0, magic.length) === magic
      ? header
      : undefined
  } finally {
    closeSync(file)
  }
}
