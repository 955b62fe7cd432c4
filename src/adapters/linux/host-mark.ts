import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { hasCode } from './has-code'

const fileName = 'host-mark'
const markBytes = 6

/**
 * The mark of this host, kept in a folder that only this host has; made when it is first asked for.
 *
 * @throws what the file system throws, and when the file holds no mark.
 */
export const hostMarkIn = (folder: string): string => {
  const file = join(folder, fileName)
  return readMark(file) ?? madeMark(folder, file)
}

const readMark = (file: string): string | null => {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null
    throw cause
  }
  if (/^[0-9a-f]+$/u.test(text) && text.length === 2 * markBytes) return text
  throw new Error(`${file} holds no mark of a host: remove it, and another one is made`)
}

/** Of several processes that make one at once the first wins; nobody ever reads half of one. */
const madeMark = (folder: string, file: string): string => {
  const mark = randomBytes(markBytes).toString('hex')
  const draft = `${file}.${process.pid}.${mark}`
  try {
    writeDurably(draft, `${mark}\n`)
    linkSync(draft, file)
    syncFolder(folder)
    return mark
  } catch (cause) {
    const others = hasCode(cause, 'EEXIST') ? readMark(file) : null
    if (others === null) throw cause
    return others
  } finally {
    rmSync(draft, { force: true })
  }
}

/** A mark that a power cut made empty would stop every gate of the host. */
const writeDurably = (file: string, text: string): void => {
  const descriptor = openSync(file, 'wx', 0o644)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
