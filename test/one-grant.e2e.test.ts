import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOn, ran } from './support/open-interval'

const linkCount = 200
const processCount = 8
const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const store = join(folder, 'ledger.db')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe(`${processCount} processes that ask for ${linkCount} links at once`, () => {
  it('get exactly one grant per link', async () => {
    await programOn(store)('init')
    const asker = require.resolve('./support/processes/ask-for-links')
    const loader = require.resolve('./support/processes/load-typescript.cjs')
    const asked = await Promise.all(
      Array.from({ length: processCount }, () =>
        ran([process.execPath, '-r', loader, asker, store, String(linkCount)]),
      ),
    )
    expect(asked.map(({ err }) => err).join('')).toBe('')
    const granted = asked.flatMap(({ out }) => out.split('\n').filter((line) => line !== ''))
    expect(granted).toHaveLength(linkCount)
    expect(new Set(granted).size).toBe(linkCount)
  })
})
