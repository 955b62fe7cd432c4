import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLedger } from '../../../src'
import { newFolder, removeFolders } from '../../support/gate-world'
import { ran } from '../../support/open-interval'
import { linkPackages } from '../../support/link-packages'
import { tagged } from '../../support/tagged'

afterAll(removeFolders)

/** A program that uses everything that might keep it alive, and closes its ledger. */
const program = `
import { openLedger } from 'open-interval'
const ledger = await openLedger(process.argv[2])
await ledger.policy.set('isp', { openIntervalSec: 600, reason: 'a test' })
await ledger.guard('isp', ({ up }) => up())
await ledger.guard('lte', () => { throw new Error('no') })
const waiting = ledger.guard('lte', () => 1, { wait: true })
ledger.changes(() => undefined)
const subscription = ledger.subscription$().subscribe()
const pages = ledger.subscribe()
await pages.next()
const live = (async () => { for await (const _ of ledger.subscribe()) ; })()
await ledger.requestDial('vpn')
const guarded = ledger.guard('dsl', async ({ up, signal }) => {
  await up()
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
})
while ((await ledger.status('dsl')).phase !== 'connected') await new Promise(setImmediate)
const open = await ledger.close()
const closed = await ledger.close({ settle: 'down' })
await live
const results = [open, closed, await waiting, await guarded]
console.log(results.map(({ _tag }) => _tag).join())
`

describe('a closed ledger', () => {
  it('keeps no process alive', async () => {
    const folder = newFolder()
    const store = join(folder, 'ledger.db')
    tagged(await createLedger(store), 'Created')
    linkPackages(folder)
    writeFileSync(join(folder, 'program.mjs'), program)
    expect(await ran([process.execPath, 'program.mjs', store], { cwd: folder })).toMatchObject({
      code: 0,
      err: '',
      out: 'AttemptsOpen,Closed,Refused,Stopped\n',
    })
  })
})
