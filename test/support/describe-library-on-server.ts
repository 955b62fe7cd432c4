import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import * as library from '../../src'
import { eventually } from './eventually'
import { newFolder, removeFolders } from './gate-world'
import { builtMain, programOn } from './open-interval'
import { tagged } from './tagged'

/** A host: its state folder, the library on a server, the program, and a link that nobody knows. */
const hostOn = async (url: string) => {
  const folder = newFolder()
  process.env['STATE_DIRECTORY'] = folder
  const ledger = tagged(await library.openLedger(url), 'Ledger')
  const link = `library ${randomUUID()}`
  const set = { openIntervalSec: 600, dialTimeoutSec: 20, minUpTimeSec: 0, reason: 'test' }
  tagged(await ledger.policy.set(link, set), 'Policy')
  return { folder, ledger, link, run: programOn(url, { env: { STATE_DIRECTORY: folder } }) }
}

type Host = Awaited<ReturnType<typeof hostOn>>

/** The types of what a subscriber of one link is told until it has caught up; it commits each page. */
const toldAndCommitted = async (
  { ledger, link }: Host,
  checkpoint: string,
): Promise<ReadonlyArray<string>> => {
  const types: string[] = []
  for await (const message of ledger.subscribe({ link, checkpoint })) {
    if (message._tag === 'CaughtUp') break
    if (message._tag !== 'Page') continue
    types.push(...message.events.map(({ type }) => type))
    tagged(await message.commit(), 'Committed')
  }
  return types
}

/** `events --follow` of one link, until it has printed so many lines; then it is asked to end. */
const followed = async (
  { folder, link }: Host,
  url: string,
  count: number,
): Promise<ReadonlyArray<string>> => {
  const args = ['events', '--follow', '--link', link, '--checkpoint', join(folder, 'seen.json')]
  const child = spawn(process.execPath, [builtMain, ...args, '--store', url], {
    env: { PATH: process.env['PATH'], STATE_DIRECTORY: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const lines = () => out.split('\n').slice(0, -1)
  await eventually(() => lines().length >= count)
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  return lines().map((line): string => JSON.parse(line).type)
}

const upAndEnded = ['DialAttempted', 'DialStarted', 'AssociationOpened', 'AssociationEnded']

/** A lease is renewed while a call lasts: how often, the machine decides. */
const withoutRenewals = (types: ReadonlyArray<string>): ReadonlyArray<string> =>
  types.filter((type) => type !== 'LeaseRenewed')

/** The library, the views and the program on the ledger that a server holds. */
export const describeLibraryOnServer = (name: string, urlOf: () => Promise<string>): void => {
  describe(`a gateway with its ledger on ${name}`, () => {
    let url: string
    let host: Host
    beforeAll(async () => {
      url = await urlOf()
      tagged(await library.createLedger(url), 'Found')
      host = await hostOn(url)
    })
    afterAll(async () => {
      await host.ledger.close()
      delete process.env['STATE_DIRECTORY']
      removeFolders()
    })

    it('signs what it appends with the mark of its state folder', async () => {
      const { folder, link, run } = host
      const [first = ''] = (await run('events', '--link', link)).out.split('\n')
      const [ledgerId = ''] = readdirSync(folder)
      const mark = readFileSync(join(folder, ledgerId, 'host-mark'), 'utf8').trim()
      expect(JSON.parse(first).metadata.host).toBe(`${hostname()}#${mark}`)
    })

    it('grants nothing when it was opened to be read', async () => {
      const reader = tagged(await library.openLedger(url, { readOnly: true }), 'Ledger')
      expect(await reader.requestDial(`read ${host.link}`)).toMatchObject({ _tag: 'AccessDenied' })
      expect(await reader.status(host.link)).toMatchObject({ _tag: 'Status' })
      tagged(await reader.close(), 'Closed')
    })

    it('guards calls: one that ends well, one that fails, and none in the window after it', async () => {
      const { ledger, link } = host
      const ended = await ledger.guard(link, async ({ up }) => tagged(await up(), 'Up')._tag)
      expect(ended).toMatchObject({ _tag: 'Ended', value: 'Up', recorded: 'durable' })
      const failed = await ledger.guard(link, () => {
        throw new Error('no carrier')
      })
      expect(failed).toMatchObject({ _tag: 'Failed', recorded: 'durable' })
      const refused = tagged(await ledger.guard(link, () => 1), 'Refused')
      expect(refused.deniedBy.map(({ rule }) => rule)).toEqual(['open-interval'])
      expect(await ledger.status(link)).toMatchObject({ phase: 'waiting', consecutiveFailures: 1 })
    })

    it('tells a subscriber each event once, and after a commit only what came later', async () => {
      const checkpoint = join(host.folder, 'subscriber.json')
      const types = withoutRenewals(await toldAndCommitted(host, checkpoint))
      expect(types.slice(0, 5)).toEqual(['RetryPolicyChanged', ...upAndEnded])
      expect(types.filter((type) => type === 'ConnectionOpenFailed')).toHaveLength(1)
      tagged(await host.ledger.record(host.link, { fact: 'ras-error', code: 629 }), 'Done')
      expect(await toldAndCommitted(host, checkpoint)).toEqual(['RasErrorOccurred'])
      expect(await toldAndCommitted(host, checkpoint)).toEqual([])
    })

    it('gives the views as they stand, and as they go on', async () => {
      const { ledger, link } = host
      const failures = (count: number) =>
        firstValueFrom(
          ledger.retryWindows$.pipe(filter(({ rows }) => rows.get(link)?.['failures'] === count)),
        )
      await failures(1)
      tagged(await ledger.hold(link, { reason: 'test' }), 'Done')
      const held = await firstValueFrom(
        ledger.retryWindows$.pipe(
          filter(({ rows }) => typeof rows.get(link)?.['held_at'] === 'string'),
        ),
      )
      expect(held.rows.get(link)).toMatchObject({ held_reason: 'test' })
      tagged(await ledger.release(link, { reason: 'test' }), 'Done')
      expect(await firstValueFrom(ledger.findings$)).toBeDefined()
    })

    it('builds every view in a file of this host, equal to a fold beside it', async () => {
      const { folder, run } = host
      const built = await run('rebuild', '--json')
      expect({ code: built.code, err: built.err }).toEqual({ code: 0, err: '' })
      expect(built.out).toContain('retry-windows')
      expect(built.out).toContain('findings')
      const verified = await run('rebuild', '--verify', '--json')
      expect({ code: verified.code, err: verified.err }).toEqual({ code: 0, err: '' })
      const files = readdirSync(folder, { recursive: true }).map(String)
      expect(files.filter((file) => file.endsWith('views.db'))).toHaveLength(1)
    })

    it('is asked by the program about its links, and audited', async () => {
      const { link, run } = host
      const status = (await run('status', link, '--json')).json()
      expect(status.links).toMatchObject([{ link, phase: 'waiting' }])
      const audit = await run('audit', '--link', link, '--json')
      expect(audit.code).toBe(0)
      const { totals } = audit.json()
      expect(totals).toMatchObject({ links: 1, broken: 0 })
      // The two calls, and a third where the RAS error came later than a dial timeout after them.
      expect([2, 3]).toContain(totals.dials)
    })

    it('follows events in a process of its own, and goes on behind its checkpoint', async () => {
      const { ledger, link } = host
      const first = withoutRenewals(await followed(host, url, 9))
      expect(first.slice(0, 5)).toEqual(['RetryPolicyChanged', ...upAndEnded])
      tagged(await ledger.record(link, { fact: 'connection-error', code: 7 }), 'Done')
      expect(await followed(host, url, 1)).toEqual(['ConnectionErrorOccurred'])
    })
  })
}
