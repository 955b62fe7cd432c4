import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../support/gate-world'
import { ran } from '../support/open-interval'
import { linkPackages } from '../support/link-packages'

afterAll(removeFolders)

const library = join(__dirname, '../../docs/library.md')

describe('open-interval/testing', () => {
  it('lets the test of docs/library.md run without waiting', async () => {
    const text = readFileSync(library, 'utf8')
    const [, example = ''] = /testing\.e2e\.test\.ts -->\s*```js\n(.*?)```/su.exec(text) ?? []
    const folder = newFolder()
    linkPackages(folder)
    writeFileSync(join(folder, 'gateway.test.mjs'), example)
    const { code, out } = await ran([process.execPath, '--test', 'gateway.test.mjs'], {
      cwd: folder,
    })
    expect(out).toMatch(/(#|ℹ) pass 1\n/u)
    expect(code).toBe(0)
  })
})
