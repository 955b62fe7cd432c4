import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEvt } from '../../support/evt-file'
import { newFolder, removeFolders } from '../../support/gate-world'
import { failedDial, shownRecord } from '../../support/mta-log'
import { american, ntCsv, ntText } from '../../support/nt-log'
import { ran } from '../../support/open-interval'
import { vistaRows } from '../../support/vista-log'

afterAll(removeFolders)

const mega = 1024 * 1024
const dial = failedDial(Date.UTC(1996, 10, 18, 9, 0, 0), 'A')
const shown = dial.map(shownRecord)

/** A sound log and, behind it, so many megabytes of one letter; zeros are a hole in the file. */
const logWithTail = (start: Uint8Array, letter: string, megabytes: number): string => {
  const path = join(newFolder(), 'log')
  const file = openSync(path, 'w')
  writeSync(file, start)
  if (letter === '\0') ftruncateSync(file, start.length + megabytes * mega)
  const block = Buffer.alloc(4 * mega, letter)
  for (let at = 0; at < megabytes && letter !== '\0'; at += 4) writeSync(file, block)
  closeSync(file)
  return path
}

const peak = join(__dirname, '../../support/processes/import-peak.cjs')

type Imported = {
  readonly tag: string
  readonly errors: ReadonlyArray<unknown>
  readonly megabytes: number
}

const imported = async (path: string, format: string, encoding: string): Promise<Imported> => {
  const { out, err } = await ran([process.execPath, peak, path, format, encoding])
  expect(err).toBe('')
  return JSON.parse(out)
}

describe('a line of 64 MB', () => {
  it.each([
    ['nt-text', Buffer.from(ntText(shown)), 'x', ''],
    ['nt-csv', Buffer.from(`${ntCsv(shown, american)}"`), 'x', ''],
    ['vista-text', Buffer.from(vistaRows(shown, '\t')), '\t', ''],
    ['vista-csv', Buffer.from(vistaRows(shown, ',')), '"', ''],
    ['nt-text', Buffer.from(ntText(shown), 'utf16le'), '\0', 'utf-16le'],
    ['evt', cleanEvt(dial), '\0', ''],
    ['evt', cleanEvt(dial).subarray(0, 600), 'L', ''],
  ])('after records of %s is one bad record, and takes no more memory', async (...log) => {
    const [format, start, letter, encoding] = log
    const small = await imported(logWithTail(start, letter, 4), format, encoding)
    const large = await imported(logWithTail(start, letter, 64), format, encoding)
    expect(large.tag).toBe('ok')
    expect(large.errors).toHaveLength(small.errors.length)
    expect(large.errors.length).toBeLessThanOrEqual(1)
    expect(large.megabytes).toBeLessThan(small.megabytes + 20)
  })
})
