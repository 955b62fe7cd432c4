import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from './has-code'

/**
 * How a host signs what it appends to a ledger that several share: its name, and a mark that tells it
 * from others of that name. Containers and machines made of one image often have one name.
 */
export const markedHost = (name: string, mark: string): string => `${name}#${mark}`

/**
 * Whether both signed with the mark of one folder, whatever their names: then they share the locks of
 * the links, too. What was signed without a mark, before its ledger was copied, is told by its name.
 */
export const isSameHost = (signed: string, here: string): boolean => {
  const [name, mark] = partsOf(signed)
  const [ownName, ownMark] = partsOf(here)
  return mark === null || ownMark === null ? name === ownName : mark === ownMark
}

const partsOf = (host: string): readonly [name: string, mark: string | null] => {
  const end = host.lastIndexOf('#')
  return end === -1 ? [host, null] : [host.slice(0, end), host.slice(end + 1)]
}

const fileName = 'host-mark'
const markDigits = 12

/**
 * The mark of this host, kept in a folder that only this host has; made when it is first asked for.
 *
 * @throws what the file system throws, and when the file holds no mark.
 */
export const hostMarkIn = (folder: string): string => {
  const file = join(folder, fileName)
  return readMark(file) ?? madeMark(file)
}

const readMark = (file: string): string | null => {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null
    throw cause
  }
  if (!/^[0-9a-f]{12}$/u.test(text)) {
    throw new Error(`${file} holds no mark of a host; remove it, and another one is made`)
  }
  return text
}

/** Of several processes that make one at once the first wins, and no one ever reads half of it. */
const madeMark = (file: string): string => {
  const mark = randomUUID().replaceAll('-', '').slice(0, markDigits)
  const draft = `${file}.${process.pid}.${mark}`
  writeFileSync(draft, `${mark}\n`, { flag: 'wx' })
  try {
    linkSync(draft, file)
    return mark
  } catch (cause) {
    const others = hasCode(cause, 'EEXIST') ? readMark(file) : null
    if (others === null) throw cause
    return others
  } finally {
    rmSync(draft)
  }
}
