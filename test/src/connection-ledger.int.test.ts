import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as library from '../../src'
import { newFolder, removeFolders } from '../support/gate-world'
import { leftOf, rightOf } from '../support/event-store-contract'
import { programOn, ran } from '../support/open-interval'

const packageFolder = join(__dirname, '../..')

afterAll(removeFolders)

const newLedger = async () => {
  const path = join(newFolder(), 'ledger.db')
  expect((await library.createLedger(path))._tag).toBe('Right')
  return { path, ledger: await rightOf(library.openLedger(path)) }
}

describe('the library', () => {
  it('grants, records and tells how the link stands', async () => {
    const { ledger } = await newLedger()
    const answer = await rightOf(ledger.requestDial(' ISP '))
    if (answer._tag !== 'Granted') throw new Error('refused')
    const { attempt } = answer
    expect((await rightOf(ledger.status('isp'))).phase).toBe('dialing')
    await rightOf(ledger.record('isp', { attempt, fact: 'up', code: null }))
    expect(await rightOf(ledger.requestDial('isp'))).toMatchObject({ _tag: 'Refused' })
    expect(await rightOf(ledger.status('isp'))).toMatchObject({
      phase: 'waiting',
      lastFailure: { type: 'AssociationEnded' },
    })
    await ledger.close()
  })

  it('audits its ledger as audit --json does', async () => {
    const { path, ledger } = await newLedger()
    await rightOf(ledger.requestDial('isp'))
    const { asOf, ...report } = await rightOf(ledger.audit())
    expect(report.totals).toMatchObject({ links: 1, dials: 1, kept: 1, broken: 0 })
    expect(await rightOf(ledger.audit({ toMs: 0 }))).toMatchObject({ totals: { dials: 0 } })
    await ledger.close()
    const { json } = await programOn(path)('audit', '--json')
    expect(json()).toEqual({ ...report, asOf: expect.any(String) })
    expect(Number.isNaN(Date.parse(asOf))).toBe(false)
  })

  it('audits log files as audit FILE --json does', async () => {
    const storm = join(packageFolder, 'docs/examples/q150927-storm.txt')
    const { asOf: _asOf, ...document } = await rightOf(
      library.auditFiles([storm], { logTz: '-05:00' }),
    )
    expect(document.totals.broken).toBeGreaterThan(0)
    const { json } = await programOn('none')('audit', storm, '--log-tz', '-05:00', '--json')
    expect(json()).toEqual({ ...document, asOf: expect.any(String) })
  })

  it('says which files are no logs, and which zone is none', async () => {
    const other = join(newFolder(), 'a.txt')
    writeFileSync(other, 'no log')
    expect(await leftOf(library.auditFiles([other]))).toMatchObject({
      _tag: 'LogsRefused',
      files: [{ file: other }],
      report: { totals: { dials: 0 } },
    })
    expect(await leftOf(library.auditFiles([other], { logTz: 'EST' }))).toMatchObject({
      _tag: 'InvalidZone',
    })
  })

  it('settles an attempt, and keeps the stated time', async () => {
    const { ledger } = await newLedger()
    const answer = await rightOf(ledger.requestDial('isp'))
    if (answer._tag !== 'Granted') throw new Error('refused')
    const stated = '2026-01-01T00:00:00.000Z'
    const { attempt } = answer
    await rightOf(ledger.record('isp', { attempt, fact: 'open-failed', code: 629, stated }))
    expect(await rightOf(ledger.status('isp'))).toMatchObject({
      phase: 'waiting',
      lastFailure: { code: 629, at: stated },
    })
    await ledger.close()
  })

  it('wakes whoever listens when something was appended', async () => {
    const { ledger } = await newLedger()
    const woken = new Promise<void>((resolve) => {
      const stop = ledger.changes(() => {
        stop()
        resolve()
      })
    })
    await rightOf(ledger.record('isp', { attempt: null, fact: 'ras-error', code: 629 }))
    await woken
    await ledger.close()
  })

  it('gives errors as values: no ledger, no name, no such attempt', async () => {
    const missing = join(newFolder(), 'ledger.db')
    expect(await leftOf(library.openLedger(missing))).toMatchObject({ _tag: 'LedgerMissing' })
    const { ledger } = await newLedger()
    expect(await leftOf(ledger.requestDial(' '))).toEqual({ _tag: 'LinkIdEmpty' })
    const report = { attempt: 'none', fact: 'up', code: null } as const
    expect((await leftOf(ledger.record('isp', report)))._tag).toBe('Rejected')
    await ledger.close()
  })
})

describe('docs/library.md', () => {
  it('shows an example that runs as an ES module against the built package', async () => {
    const { path, ledger } = await newLedger()
    await ledger.close()
    const folder = newFolder()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(packageFolder, join(folder, 'node_modules', 'open-interval'))
    const text = readFileSync(join(packageFolder, 'docs/library.md'), 'utf8')
    const [, example = ''] = /```js\n(.*?)```/su.exec(text) ?? []
    const file = join(folder, 'example.mjs')
    writeFileSync(file, example)
    const run = () =>
      ran([process.execPath, file], { env: { OPEN_INTERVAL_STORE: path }, cwd: folder })
    expect(await run()).toMatchObject({ code: 0, err: '', out: 'waiting, failures: 1\n' })
    const again = await run()
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toMatch(/^refused by open-interval, \d+(\.\d+)? s left\n$/u)
  })

  it('names everything that the built package exports as values', async () => {
    const script = "import * as it from './dist/src/index.js'; console.log(Object.keys(it).join())"
    const { out } = await ran([process.execPath, '--input-type=module', '-e', script], {
      cwd: packageFolder,
    })
    const text = readFileSync(join(packageFolder, 'docs/library.md'), 'utf8')
    const names = out
      .trim()
      .split(',')
      .filter((name) => !['default', 'module.exports', '__esModule'].includes(name))
    expect(names).toEqual(expect.arrayContaining(Object.keys(library)))
    for (const name of names) expect(text).toContain(name)
  })
})
