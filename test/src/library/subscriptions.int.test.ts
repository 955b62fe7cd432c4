import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastValueFrom, take, toArray } from 'rxjs'
import * as library from '../../../src'
import { newFolder, removeFolders } from '../../support/gate-world'
import { programOn } from '../../support/open-interval'
import { tagged } from '../../support/tagged'

afterAll(removeFolders)

const newLedger = async () => {
  const path = join(newFolder(), 'ledger.db')
  tagged(await library.createLedger(path), 'Created')
  const ledger = tagged(await library.openLedger(path), 'Ledger')
  const fails = async (...links: string[]) => {
    for (const link of links) tagged(await ledger.record(link, { fact: 'ras-error' }), 'Done')
  }
  return { path, ledger, fails }
}

/** The messages up to the first that `isLast` holds of. */
const until = async <Type extends library.EventType>(
  messages: AsyncIterable<library.LedgerMessage<Type>>,
  isLast: (message: library.LedgerMessage<Type>) => boolean,
) => {
  const seen: library.LedgerMessage<Type>[] = []
  for await (const message of messages) {
    seen.push(message)
    if (isLast(message)) break
  }
  return seen
}

const isCaughtUp = ({ _tag }: { readonly _tag: string }) => _tag === 'CaughtUp'

const eventsOf = (messages: readonly library.LedgerMessage[]) =>
  messages.flatMap((message) => (message._tag === 'Page' ? message.events : []))

const namesOf = (messages: readonly library.LedgerMessage[]) =>
  eventsOf(messages).map(({ stream, type }) => `${stream} ${type}`)

describe('subscribe', () => {
  it('tells what is there, says that it caught up, and goes on with what comes', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp')
    const messages = ledger.subscribe()
    const told = await until(messages, ({ _tag }) => _tag === 'CaughtUp')
    expect(told.map(({ _tag }) => _tag)).toEqual(['Page', 'CaughtUp'])
    expect(namesOf(told)).toEqual(['site-ledger LedgerCreated', 'link-isp RasErrorOccurred'])
    const live = ledger.subscribe({ after: tagged(told.at(-1)!, 'CaughtUp').checkpoint! })
    const next = until(live, (message) => message._tag === 'Page')
    await fails('isp')
    expect(namesOf(await next)).toEqual(['link-isp RasErrorOccurred'])
    await ledger.close()
  })

  it('gives typed events of some types and of one link, and bookmarks the rest', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp', 'lte')
    tagged(await ledger.requestDial('vpn'), 'Granted')
    const told = await until(
      ledger.subscribe({ link: 'LTE', types: ['RasErrorOccurred', 'DialAttempted'] }),
      isCaughtUp,
    )
    const [event] = eventsOf(told)
    expect(namesOf(told)).toEqual(['link-lte RasErrorOccurred'])
    expect(event).toMatchObject({ position: 3n, metadata: { source: { kind: 'record' } } })
    const none = await until(ledger.subscribe({ types: ['LeaseRenewed'] }), isCaughtUp)
    expect(tagged(none[0]!, 'Page')).toMatchObject({ events: [] })
    expect(tagged(none[0]!, 'Page').checkpoint).toContain('link-vpn')
    await ledger.close({ settle: 'leave' })
  })

  it('goes on exactly behind the last page that was committed, in another process, too', async () => {
    const { path, ledger, fails } = await newLedger()
    const checkpoint = join(newFolder(), 'checkpoint')
    const nextPage = async (commits: boolean) => {
      for await (const message of ledger.subscribe({ checkpoint })) {
        if (message._tag !== 'Page') continue
        if (commits) tagged(await message.commit(), 'Committed')
        return message.events.map(({ stream }) => stream)
      }
      return []
    }
    await fails('isp')
    expect(await nextPage(true)).toEqual(['site-ledger', 'link-isp'])
    await fails('lte')
    expect(await nextPage(false)).toEqual(['link-lte'])
    expect(await nextPage(true)).toEqual(['link-lte'])
    await fails('vpn')
    expect(await nextPage(false)).toEqual(['link-vpn'])
    await ledger.close()
    const { out } = await programOn(path)('events', '--after', positionIn(checkpoint))
    expect(
      out
        .trim()
        .split('\n')
        .map((line): string => JSON.parse(line).stream),
    ).toEqual(['link-vpn'])
  })

  it('keeps checkpoints where its user wants them, and says when they are not kept', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp')
    const kept: string[] = []
    const store = {
      load: () => Promise.resolve(kept.at(-1) ?? null),
      save: (checkpoint: string) => Promise.resolve(void kept.push(checkpoint)),
    }
    const first = await until(ledger.subscribe({ checkpoint: store }), isCaughtUp)
    const { commit, checkpoint } = tagged(first[0]!, 'Page')
    expect(await commit()).toEqual({ _tag: 'Committed', checkpoint })
    expect(namesOf(await until(ledger.subscribe({ checkpoint: store }), isCaughtUp))).toEqual([])
    const away = () => Promise.reject(new Error('the disk is away'))
    const broken = { load: () => Promise.resolve(null), save: away }
    const page = tagged(
      (await until(ledger.subscribe({ checkpoint: broken }), isCaughtUp))[0]!,
      'Page',
    )
    expect(await page.commit()).toEqual({ _tag: 'NotCommitted', why: 'Error: the disk is away' })
    const nowhere = tagged((await until(ledger.subscribe(), isCaughtUp))[0]!, 'Page')
    tagged(await nowhere.commit(), 'NotCommitted')
    const unread = until(ledger.subscribe({ checkpoint: { ...broken, load: away } }), () => false)
    expect(await unread).toEqual([
      { _tag: 'Failed', error: { _tag: 'CheckpointUnavailable', why: 'Error: the disk is away' } },
    ])
    await ledger.close()
  })

  it('begins behind after only while nothing is kept', async () => {
    const { ledger, fails } = await newLedger()
    await fails('isp')
    const told = await until(ledger.subscribe(), isCaughtUp)
    const after = tagged(told[0]!, 'Page').checkpoint
    await fails('lte')
    const checkpoint = join(newFolder(), 'checkpoint')
    const first = await until(ledger.subscribe({ after, checkpoint }), isCaughtUp)
    expect(namesOf(first)).toEqual(['link-lte RasErrorOccurred'])
    tagged(await tagged(first[0]!, 'Page').commit(), 'Committed')
    expect(namesOf(await until(ledger.subscribe({ after, checkpoint }), isCaughtUp))).toEqual([])
    await ledger.close()
  })

  it.each([
    ['a text that is none', 'nonsense', 'NoCheckpoint'],
    ['one of another ledger', '', 'ForeignLedger'],
  ] as const)('fails on %s', async (_, after, tag) => {
    const { ledger } = await newLedger()
    const other = await newLedger()
    const told = await until(other.ledger.subscribe(), isCaughtUp)
    const foreign = tagged(told[0]!, 'Page').checkpoint
    const [failed] = await until(ledger.subscribe({ after: after || foreign }), () => false)
    expect(tagged(failed!, 'Failed').error._tag).toBe(tag)
    const [unnamed] = await until(ledger.subscribe({ link: ' ' }), () => false)
    expect(tagged(unnamed!, 'Failed').error).toEqual({ _tag: 'LinkIdEmpty' })
    await ledger.close()
    await other.ledger.close()
  })

  it('ends by its signal, and when the ledger closes, also while it waits', async () => {
    const { ledger } = await newLedger()
    const abort = new AbortController()
    const aborted = until(ledger.subscribe({ signal: abort.signal }), () => false)
    const closed = until(ledger.subscribe(), () => false)
    const completed = lastValueFrom(ledger.subscription$().pipe(toArray()))
    abort.abort()
    expect((await aborted).map(({ _tag }) => _tag)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 100))
    tagged(await ledger.close(), 'Closed')
    expect((await closed).map(({ _tag }) => _tag)).toEqual(['Page', 'CaughtUp'])
    expect((await completed).map(({ _tag }) => _tag)).toEqual(['Page', 'CaughtUp'])
  })
})

describe('subscription$', () => {
  it('pushes the same messages until it is unsubscribed from', async () => {
    const { ledger, fails } = await newLedger()
    const three = lastValueFrom(ledger.subscription$({ link: 'isp' }).pipe(take(3), toArray()))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await fails('isp')
    const told = await three
    expect(told.map(({ _tag }) => _tag)).toEqual(['Page', 'CaughtUp', 'Page'])
    expect(namesOf(told)).toEqual(['link-isp RasErrorOccurred'])
    tagged(await ledger.close(), 'Closed')
  })
})

const positionIn = (file: string): string => JSON.parse(readFileSync(file, 'utf8')).position
