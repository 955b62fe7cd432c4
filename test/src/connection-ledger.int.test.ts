import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as library from '../../src'
import { newFolder, removeFolders } from '../support/gate-world'
import { tagged } from '../support/tagged'
import { programOn, ran } from '../support/open-interval'

const packageFolder = join(__dirname, '../..')

afterAll(removeFolders)

const newLedger = async () => {
  const path = join(newFolder(), 'ledger.db')
  tagged(await library.createLedger(path), 'Created')
  return { path, ledger: tagged(await library.openLedger(path), 'Ledger') }
}

const closed = async (ledger: library.ConnectionLedger) =>
  tagged(await ledger.close({ settle: 'leave' }), 'Closed')

describe('the library', () => {
  it('grants, settles and tells how the link stands', async () => {
    const { ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial(' ISP '), 'Granted')
    expect(tagged(await ledger.status('isp'), 'Status').phase).toBe('dialing')
    const up = tagged(await ledger.settle('isp', { attempt, outcome: 'up' }), 'Done')
    expect(up).toMatchObject({ link: 'isp', events: ['AssociationOpened'], revision: 1n })
    tagged(await ledger.requestDial('isp'), 'Refused')
    expect(await ledger.status('isp')).toMatchObject({
      _tag: 'Status',
      phase: 'waiting',
      lastFailure: { type: 'AssociationEnded' },
    })
    const { links } = tagged(await ledger.statusOfAll(), 'StatusOfAll')
    expect(links.map(({ link, phase }) => [link, phase])).toEqual([['isp', 'waiting']])
    await closed(ledger)
  })

  it('audits its ledger as audit --json does', async () => {
    const { path, ledger } = await newLedger()
    tagged(await ledger.requestDial('isp'), 'Granted')
    const { asOf, _tag, ...report } = tagged(await ledger.audit(), 'Audited')
    expect(report.totals).toMatchObject({ links: 1, dials: 1, kept: 1, broken: 0 })
    expect(await ledger.audit({ toMs: 0 })).toMatchObject({ totals: { dials: 0 } })
    await closed(ledger)
    const { json } = await programOn(path)('audit', '--json')
    expect(json()).toEqual({ ...report, asOf: expect.any(String) })
    expect(Number.isNaN(Date.parse(asOf))).toBe(false)
  })

  it('audits log files as audit FILE --json does', async () => {
    const storm = join(packageFolder, 'docs/examples/q150927-storm.txt')
    const { _tag, ...document } = tagged(
      await library.auditFiles([storm], { logTz: '-05:00' }),
      'Audited',
    )
    expect(document.totals.broken).toBeGreaterThan(0)
    const { json } = await programOn('none')('audit', storm, '--log-tz', '-05:00', '--json')
    expect(json()).toEqual({ ...document, asOf: expect.any(String) })
  })

  it('says which files are no logs, and which zone is none', async () => {
    const other = join(newFolder(), 'a.txt')
    writeFileSync(other, 'no log')
    expect(await library.auditFiles([other])).toMatchObject({
      _tag: 'LogsRefused',
      files: [{ file: other }],
      report: { totals: { dials: 0 } },
    })
    tagged(await library.auditFiles([other], { logTz: 'EST' }), 'InvalidZone')
  })

  it('records a failure with its code, and keeps the stated time', async () => {
    const { ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial('isp'), 'Granted')
    const stated = '2026-01-01T00:00:00.000Z'
    tagged(await ledger.record('isp', { attempt, fact: 'open-failed', code: 629, stated }), 'Done')
    expect(await ledger.status('isp')).toMatchObject({
      phase: 'waiting',
      lastFailure: { code: 629, at: stated },
    })
    tagged(await ledger.close(), 'Closed')
  })

  it('waives, holds and releases, with who and why', async () => {
    const { ledger } = await newLedger()
    tagged(await ledger.record('isp', { fact: 'ras-error', code: 629 }), 'Done')
    expect(await ledger.waive('isp', { reason: 'cable', by: 'ann' })).toMatchObject({
      _tag: 'Done',
      events: ['WindowWaived'],
    })
    tagged(await ledger.hold('isp', { reason: 'asked to' }), 'Done')
    expect(await ledger.status('isp')).toMatchObject({ phase: 'held' })
    tagged(await ledger.release('isp', { reason: 'over' }), 'Done')
    expect(await ledger.release(null, { reason: 'x', past: 3n })).toMatchObject({
      _tag: 'Rejected',
      why: expect.stringContaining('all of it can be read'),
    })
    tagged(await ledger.hold(null, { reason: 'moving' }), 'Done')
    expect(await ledger.status('isp')).toMatchObject({ phase: 'held' })
    expect(await ledger.release(null, { reason: 'moved' })).toMatchObject({
      _tag: 'Done',
      link: null,
    })
    expect(await ledger.status('isp')).toMatchObject({ phase: 'idle' })
    tagged(await ledger.close(), 'Closed')
  })

  it('sets, shows and resets a policy, writes nothing that is so already, and lints', async () => {
    const { ledger } = await newLedger()
    const why = { reason: 'terms', by: 'ann' }
    const set = () => ledger.policy.set('isp', { openIntervalSec: 20, ...why })
    expect(await set()).toMatchObject({
      _tag: 'Policy',
      changed: true,
      version: 'link:0',
      policy: { openIntervalSec: 20, dialTimeoutSec: 120 },
      warnings: [{ rule: 'below-lan-floor' }],
    })
    expect(await set()).toMatchObject({ changed: false })
    expect(await ledger.policy.show()).toMatchObject({ link: null, version: 'defaults' })
    expect(await ledger.policy.reset('isp', why)).toMatchObject({
      changed: true,
      policy: { openIntervalSec: 600 },
    })
    expect(await ledger.policy.set(null, { openIntervalSec: 0, ...why })).toEqual({
      _tag: 'InvalidPolicy',
      problems: [{ field: 'openIntervalSec', takes: 'seconds, at least 1' }],
    })
    tagged(await ledger.close(), 'Closed')
  })

  it('wakes whoever listens when something was appended', async () => {
    const { ledger } = await newLedger()
    const woken = new Promise<void>((resolve) => {
      const stop = ledger.changes(() => {
        stop()
        resolve()
      })
    })
    tagged(await ledger.record('isp', { fact: 'ras-error', code: 629 }), 'Done')
    await woken
    await ledger.close()
  })

  it('gives errors as values: no ledger, no name, no such attempt, closed', async () => {
    const missing = join(newFolder(), 'ledger.db')
    tagged(await library.openLedger(missing), 'LedgerMissing')
    const { path, ledger } = await newLedger()
    tagged(await library.createLedger(path), 'Found')
    expect(await ledger.requestDial(' ')).toEqual({ _tag: 'LinkIdEmpty' })
    tagged(await ledger.record('isp', { attempt: 'none', fact: 'up' }), 'Rejected')
    tagged(await ledger.close(), 'Closed')
    tagged(await ledger.requestDial('isp'), 'LedgerUnavailable')
    tagged(await ledger.status('isp'), 'LedgerUnavailable')
    tagged(await ledger.guard('isp', () => 1), 'LedgerUnavailable')
    tagged(await ledger.close(), 'Closed')
  })

  it('reads a ledger that was opened to be read, and writes none', async () => {
    const { path, ledger } = await newLedger()
    await closed(ledger)
    const reader = tagged(await library.openLedger(`sqlite:${path}`, { readOnly: true }), 'Ledger')
    tagged(await reader.status('isp'), 'Status')
    const answer = await reader.requestDial('isp')
    expect(['LedgerUnavailable', 'AccessDenied']).toContain(answer._tag)
    await closed(reader)
  })
})

describe('close', () => {
  it('refuses while an attempt is open, and closes once it is settled', async () => {
    const { ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial('isp'), 'Granted')
    const open = tagged(await ledger.close(), 'AttemptsOpen')
    expect(open.attempts).toEqual([{ link: 'isp', attempt, isUp: false, isGuarded: false }])
    tagged(await ledger.status('isp'), 'Status')
    tagged(await ledger.settle('isp', { attempt, outcome: 'up' }), 'Done')
    expect(await ledger.close()).toMatchObject({ attempts: [{ attempt, isUp: true }] })
    tagged(await ledger.settle('isp', { attempt, outcome: 'down' }), 'Done')
    tagged(await ledger.close(), 'Closed')
  })

  it.each([
    ['down', { phase: 'idle', lastFailure: null }],
    ['failed', { phase: 'waiting', lastFailure: { type: 'AssociationEnded' } }],
    ['leave', { phase: 'connected' }],
  ] as const)('settles what is open as %s when told so', async (settle, status) => {
    const { path, ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial('isp'), 'Granted')
    tagged(await ledger.settle('isp', { attempt, outcome: 'up' }), 'Done')
    tagged(await ledger.close({ settle }), 'Closed')
    const again = tagged(await library.openLedger(path), 'Ledger')
    expect(await again.status('isp')).toMatchObject(status)
    await closed(again)
  })
})

describe('docs/library.md', () => {
  it('shows an example that runs as an ES module against the built package', async () => {
    const { path, ledger } = await newLedger()
    await closed(ledger)
    const folder = newFolder()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(packageFolder, join(folder, 'node_modules', 'open-interval'))
    const text = readFileSync(join(packageFolder, 'docs/library.md'), 'utf8')
    const [, example = ''] = /```js\n(.*?)```/su.exec(text) ?? []
    const file = join(folder, 'example.mjs')
    writeFileSync(file, example)
    const run = (port: number) =>
      ran([process.execPath, file], {
        env: { OPEN_INTERVAL_STORE: path, GATEWAY_PORT: String(port) },
        cwd: folder,
      })
    const nobody = await freePort()
    expect(await run(nobody)).toMatchObject({
      code: 0,
      err: '',
      out: 'failed: ECONNREFUSED, recorded: durable\nwaiting, failures: 1\n',
    })
    const again = await run(nobody)
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toMatch(/^refused by open-interval, \d+(\.\d+)? s left\nwaiting/u)
    await programOn(path)('waive', 'isp', '--reason', 'somebody listens now')
    const server = createServer((socket) => socket.end()).listen(nobody, '127.0.0.1')
    await once(server, 'listening')
    expect(await run(nobody)).toMatchObject({ code: 0, err: '', out: 'Ended\nidle, failures: 1\n' })
    server.close()
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

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
