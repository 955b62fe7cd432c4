import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import type { RowsView } from '../../../projections/operators/fold-rows'
import * as library from '../../../src'
import { newFolder, removeFolders } from '../../support/gate-world'
import { ran } from '../../support/open-interval'
import { tagged } from '../../support/tagged'

afterAll(removeFolders)

const newLedger = async () => {
  const path = join(newFolder(), 'ledger.db')
  tagged(await library.createLedger(path), 'Created')
  const ledger = tagged(await library.openLedger(path), 'Ledger')
  const fails = async (link: string) =>
    tagged(await ledger.record(link, { fact: 'ras-error' }), 'Done')
  return { path, ledger, fails }
}

const fail = (error: unknown): void => {
  throw new Error(JSON.stringify(error))
}

const failuresOf = ({ rows }: RowsView, link: string) => rows.get(link)?.['failures']

describe('retryWindows$', () => {
  it('gives the rows as they stand, follows what comes, and tells a later listener at once', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp')
    const seen: RowsView[] = []
    const listening = ledger.retryWindows$.subscribe({
      next: (view) => seen.push(view),
      error: fail,
    })
    const has = (count: number, link = 'isp') =>
      firstValueFrom(ledger.retryWindows$.pipe(filter((view) => failuresOf(view, link) === count)))
    await has(1)
    await fails('lte')
    const view = await has(1, 'lte')
    expect(failuresOf(view, 'isp')).toBe(1)
    expect(view.checkpoint).toContain('link-lte')
    expect(await firstValueFrom(ledger.retryWindows$)).toBe(seen.at(-1))
    listening.unsubscribe()
    await ledger.close()
  })

  it('changes the rows of all links with the policy of the site', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp')
    tagged(await ledger.policy.set(null, { openIntervalSec: 900, reason: 'test' }), 'Policy')
    const view = await firstValueFrom(
      ledger.retryWindows$.pipe(filter(({ rows }) => rows.get('isp')?.['required_sec'] !== 600)),
    )
    expect(view.rows.get('isp')).toMatchObject({ required_sec: 900 })
    await ledger.close()
  })

  it('completes when the ledger is closed', async () => {
    const { ledger } = await newLedger()
    const completed = new Promise<void>((resolve) => {
      ledger.retryWindows$.subscribe({ complete: () => resolve(), error: fail })
    })
    await ledger.close()
    await completed
  })

  it('is shown by an example of docs/library.md that runs', async () => {
    const { path, ledger, fails } = await newLedger()
    await fails('isp')
    await ledger.close()
    const packageFolder = join(__dirname, '../../..')
    const folder = newFolder()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(packageFolder, join(folder, 'node_modules', 'open-interval'))
    const page = readFileSync(join(packageFolder, 'docs/library.md'), 'utf8')
    const [, example = ''] = /^## Views that .*?```js\n(.*?)```/msu.exec(page) ?? []
    const file = join(folder, 'example.mjs')
    writeFileSync(file, example)
    const env = { OPEN_INTERVAL_STORE: path }
    expect(await ran([process.execPath, file], { env, cwd: folder })).toMatchObject({
      code: 0,
      err: '',
      out: 'isp: 1 failures, waits 600 s\n',
    })
  })
})

describe('the other views', () => {
  const named = { link: 'isp' }

  it.each([
    ['episodes$', { ...named, evidence: 2, code: 651 }],
    ['attempts$', { ...named, outcome: 'failed', evidence: 2 }],
    ['linkHealth$', { ...named, attempts: 1, succeeded: 0 }],
    ['timeline$', { ...named, type: 'ConnectionOpenFailed', code: 651 }],
  ] as const)('%s follows what comes', async (name, row) => {
    const { ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial('isp'), 'Granted')
    const has = async (wanted: object): Promise<void> => {
      const isWanted = ({ rows }: RowsView): boolean =>
        [...rows.values()].some((one) => Object.entries(wanted).every(([at, it]) => one[at] === it))
      await firstValueFrom(ledger[name].pipe(filter(isWanted)))
    }
    const followed = has(row)
    tagged(await ledger.settle('isp', { attempt, outcome: 'failed', code: 651 }), 'Done')
    await followed
    await ledger.close()
  })
})

describe('findings$', () => {
  it('gives the verdict on each dial', async () => {
    const { ledger } = await newLedger()
    const { attempt } = tagged(await ledger.requestDial('isp'), 'Granted')
    const view = await firstValueFrom(ledger.findings$.pipe(filter(({ rows }) => rows.size > 0)))
    expect([...view.rows.values()]).toMatchObject([{ link: 'isp', id: attempt, verdict: 'kept' }])
    await ledger.close({ settle: 'failed' })
  })
})
