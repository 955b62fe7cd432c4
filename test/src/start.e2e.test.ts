import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../support/gate-world'
import { builtMain, programOn, ran } from '../support/open-interval'

afterAll(removeFolders)

/** The files that a command opened as modules, said on stderr as it ends. */
const loadedBy = async (ledger: string, ...args: ReadonlyArray<string>) => {
  const listing = join(newFolder(), 'listing.cjs')
  const list = 'process.on("exit", () => console.error(JSON.stringify(Object.keys(require.cache))))'
  writeFileSync(listing, list)
  const { code, err } = await ran([process.execPath, '--require', listing, builtMain, ...args], {
    env: { OPEN_INTERVAL_STORE: ledger },
  })
  const files: ReadonlyArray<string> = JSON.parse(err.trimEnd().split('\n').at(-1) ?? '')
  return { code, files: files.filter((file) => file !== listing) }
}

describe('the start of the program', () => {
  it('loads what dialers and hooks wait for from one file, and little else', async () => {
    const ledger = join(newFolder(), 'ledger.db')
    expect((await programOn(ledger)('init')).code).toBe(0)
    const dial = await loadedBy(ledger, 'dial', 'isp', '--oneshot', '--', 'true')
    expect(dial.code).toBe(0)
    const own = dial.files.filter((file) => !file.includes('node_modules'))
    expect(own).toEqual([builtMain, join(builtMain, '../../hot/program.js')])
    const packages = dial.files.filter((file) => file.includes('node_modules'))
    expect(
      packages.filter((file) => !/better-sqlite3|bindings|file-uri-to-path/u.test(file)),
    ).toEqual([])
    const status = await loadedBy(ledger, 'status')
    expect(status.files.filter((file) => file.includes('hot/program'))).toEqual([])
  })
})
