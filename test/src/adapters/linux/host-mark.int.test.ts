import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hostMarkIn } from '../../../../src/adapters/linux/host-mark'

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
  folders.push(folder)
  return folder
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

describe('the mark of a host', () => {
  it('stays the same in its folder, and is another one elsewhere', () => {
    const folder = newFolder()
    const mark = hostMarkIn(folder)
    expect(mark).toMatch(/^[0-9a-f]{12}$/u)
    expect(hostMarkIn(folder)).toBe(mark)
    expect(hostMarkIn(newFolder())).not.toBe(mark)
  })

  it('is one, however many processes ask for the first time at once', async () => {
    const folder = newFolder()
    const loadTypescript = join(__dirname, '../../../support/processes/load-typescript.cjs')
    const source = join(__dirname, '../../../../src/adapters/linux/host-mark.ts')
    // All have loaded their code by then, and ask within one turn of the clock.
    const script = `
      const { hostMarkIn } = require('${source}')
      const at = ${Date.now() + 3000}
      const leftMs = at - Date.now() - 20
      if (leftMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leftMs)
      while (Date.now() < at) {}
      process.stdout.write(hostMarkIn('${folder}'))`
    const asked = Array.from({ length: 6 }, () =>
      promisify(execFile)(process.execPath, ['--require', loadTypescript, '-e', script]),
    )
    const marks = (await Promise.all(asked)).map(({ stdout }) => stdout)
    expect(new Set(marks)).toEqual(new Set([hostMarkIn(folder)]))
    expect(readdirSync(folder)).toEqual(['host-mark'])
  }, 30_000)

  it('is not guessed where its file holds something else', () => {
    const folder = newFolder()
    for (const text of ['gateway\n', '', '0123456789abc']) {
      writeFileSync(join(folder, 'host-mark'), text)
      expect(() => hostMarkIn(folder)).toThrow(`${folder}/host-mark holds no mark of a host`)
    }
  })

  it('cannot be kept where there is no folder', () => {
    expect(() => hostMarkIn(join(newFolder(), 'none'))).toThrow('ENOENT')
  })
})
