import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Where the id of the ledger at a path is kept beside it. */
const idFileOf = (path: string): string => `${path}.id`

/** The id that the file beside a ledger names; undefined: there is none. */
export const readIdFile = (path: string): string | undefined =>
  existsSync(idFileOf(path)) ? readFileSync(idFileOf(path), 'utf8').trim() : undefined

/** Writes the id beside a ledger, durably; throws what the file system throws. */
export const writeIdFile = (path: string, ledgerId: string): void => {
  const unfinished = `${idFileOf(path)}.${process.pid}.new`
  const file = openSync(unfinished, 'w', 0o644)
  try {
    writeSync(file, `${ledgerId}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, idFileOf(path))
  syncFolder(dirname(path))
}

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
