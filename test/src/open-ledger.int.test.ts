import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { createLedger, openLedger } from '../../src/open-ledger'

describe('a ledger that is reached by two paths', () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-paths-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const locksBy = async (path: string): Promise<string> => {
    const opened = await openLedger(path, { readOnly: false })
    if (E.isLeft(opened)) throw new Error(opened.left.why)
    await opened.right.close()
    return opened.right.locksFolder
  }

  it('has one folder of locks (R2)', async () => {
    const path = join(folder, 'ledger.db')
    const other = join(folder, 'other.db')
    expect(E.isRight(await createLedger(path))).toBe(true)
    symlinkSync(path, other)
    expect(await locksBy(other)).toBe(await locksBy(path))
  })
})
