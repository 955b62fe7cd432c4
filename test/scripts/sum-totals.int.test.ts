import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'totals-'))

afterAll(() => rmSync(folder, { recursive: true }))

const sumOf = (...totals: ReadonlyArray<object>) => {
  const files = totals.map((each, index) => {
    const file = join(folder, String(index))
    writeFileSync(file, JSON.stringify(each))
    return file
  })
  return sumOfFiles(files)
}

const sumOfFiles = (files: ReadonlyArray<string>) => {
  const script = join(__dirname, '../../scripts/sum-totals.mjs')
  const { status, stdout } = spawnSync(process.execPath, [script, ...files], { encoding: 'utf8' })
  return { status, stdout }
}

describe('the sum of the totals', () => {
  it('is one line, and green', () => {
    const sum = sumOf({ passed: 3, failed: 0, skipped: 0 }, { passed: 4, failed: 0, skipped: 0 })
    expect(sum).toEqual({ status: 0, stdout: '7 passed, 0 failed\n' })
  })

  it('names what was skipped', () => {
    expect(sumOf({ passed: 3, failed: 0, skipped: 2 }).stdout).toBe(
      '3 passed, 0 failed, 2 skipped\n',
    )
  })

  it('is red when one part is', () => {
    const sum = sumOf({ passed: 3, failed: 0, skipped: 0 }, { passed: 4, failed: 1, skipped: 0 })
    expect(sum).toEqual({ status: 1, stdout: '7 passed, 1 failed\n' })
  })

  it('counts a run that left no totals as a failure', () => {
    expect(sumOfFiles([join(folder, 'missing')])).toEqual({
      status: 1,
      stdout: '0 passed, 1 failed\n',
    })
  })
})
