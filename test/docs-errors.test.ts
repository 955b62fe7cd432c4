import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../src/cli/exit-codes'

const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8')

const doc = read('docs/errors.md')

/** The first cells of the rows below a heading. */
const rowsBelow = (heading: string): ReadonlyArray<string> => {
  const [, rest = ''] = doc.split(new RegExp(`^## .*${heading}.*$`, 'mu'))
  const [section = ''] = rest.split(/^## /mu)
  const cells = [...section.matchAll(/^\| `(\w+)`/gmu)].map(([, name = '']) => name)
  return cells.filter((name) => name !== '_tag')
}

/** The tags of a union as its source spells them. */
const tagsOf = (path: string, type: string): ReadonlyArray<string> => {
  const [, rest = ''] = read(path).split(`export type ${type} =`)
  const [union = ''] = rest.split(/\n\n/u)
  return [...union.matchAll(/_tag: ([^;}\n]*)/gu)].flatMap(([, tags = '']) =>
    [...tags.matchAll(/'(\w+)'/gu)].map(([, tag = '']) => tag),
  )
}

describe('docs/errors.md', () => {
  it('has every exit code with its name', () => {
    const rows = [...doc.matchAll(/^\| (\d+) +\| `(\w+)`/gmu)].map(([, code, name]) => [name, code])
    expect(rows).toEqual(Object.entries(exitCodes).map(([name, code]) => [name, String(code)]))
  })

  it.each([
    ['GateError', ['src/application/gate.ts'], 4],
    ['DialingRejection', ['domain/dialing.ts'], 6],
    ['CopyError', ['src/application/copy-errors.ts'], 9],
  ] as const)('has every tag of %s, and no other', (type, [path], least) => {
    const tags = tagsOf(path, type)
    expect(tags.length).toBeGreaterThanOrEqual(least)
    expect(rowsBelow(type)).toEqual(tags)
  })

  it('has every tag of a checkpoint that a subscription cannot begin with, and no other', () => {
    const own = tagsOf('src/application/checkpoint.ts', 'CheckpointError')
    const tags = [...own, ...tagsOf('src/library/subscribe-messages.ts', 'SubscribeError')]
    expect(tags.length).toBeGreaterThanOrEqual(4)
    expect(rowsBelow('CheckpointError')).toEqual(tags)
  })

  it('has every tag of LedgerError, and no other', () => {
    const own = tagsOf('src/open-ledger.ts', 'LedgerError')
    const opening = tagsOf('src/adapters/sqlite/open-error.ts', 'OpenError')
    expect(own).toContain('ClockUnreadable')
    const tags = [...opening, ...own.filter((tag) => tag !== '_tag')]
    expect(opening.length).toBeGreaterThanOrEqual(10)
    expect(rowsBelow('LedgerError')).toEqual(tags)
  })
})
