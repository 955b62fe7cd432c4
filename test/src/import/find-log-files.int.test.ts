import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeFileFailure, findLogFiles } from '../../../src/import/find-log-files'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-logs-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('a path', () => {
  it('of a folder leads to the files in it, by name, hidden ones aside', async () => {
    mkdirSync(join(folder, 'b'))
    writeFileSync(join(folder, 'b', 'one.txt'), 'x')
    writeFileSync(join(folder, 'a.txt'), 'xyz')
    writeFileSync(join(folder, '.hidden'), 'x')
    const { files, unusable } = await findLogFiles(folder)
    expect(files).toEqual([
      { file: join(folder, 'a.txt'), size: 3, isNamed: false },
      { file: join(folder, 'b', 'one.txt'), size: 1, isNamed: false },
    ])
    expect(unusable).toEqual([])
  })

  it('of a file leads to it, and it is named', async () => {
    writeFileSync(join(folder, 'a.txt'), 'x')
    const { files } = await findLogFiles(join(folder, 'a.txt'))
    expect(files).toMatchObject([{ isNamed: true }])
  })

  it('of a folder that leads back to itself ends', async () => {
    symlinkSync(folder, join(folder, 'again'))
    writeFileSync(join(folder, 'a.txt'), 'x')
    const { files } = await findLogFiles(folder)
    expect(files).toHaveLength(1)
  })

  it.each([
    ['a device', () => '/dev/null', /a device/],
    ['nothing', () => join(folder, 'none'), /no such file/],
    ['an empty folder', () => folder, /holds no file/],
  ])('of %s is refused', async (_, path, message) => {
    const { files, unusable } = await findLogFiles(path())
    expect(files).toEqual([])
    expect(unusable).toEqual([{ file: path(), message: expect.stringMatching(message) }])
  })

  it('of a named pipe is refused, not waited for', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')])
    const { unusable } = await findLogFiles(join(folder, 'pipe'))
    expect(unusable).toMatchObject([{ message: expect.stringMatching(/a named pipe/) }])
  })
})

describe('a failure of the file system', () => {
  it('is told with what to do', () => {
    expect(describeFileFailure(Object.assign(new Error('x'), { code: 'EACCES' }))).toMatch(
      /may not/,
    )
    expect(describeFileFailure(new Error('odd'))).toBe('odd')
    expect(describeFileFailure('odd')).toBe('odd')
  })
})
