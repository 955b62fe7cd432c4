import { linkGate } from '../../../src/application/link-gate'
import { changeLink } from '../../../src/application/change-link'
import { changeSitePolicy } from '../../../src/application/change-site-policy'
import { watchLinks, type WatchMessage } from '../../../src/application/watch-links'
import { foldStream } from '../../../src/application/fold-stream'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import type { EventStore, ReadError } from '../../../src/ports/event-store'
import { rightOf } from '../../support/event-store-contract'
import * as E from 'fp-ts/Either'
import {
  aRequest,
  fakeClock,
  granted,
  livenessThatJudges,
  partsOn,
  removeFolders,
  stores,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { sealedEvent } from '../../support/sealed-events'
import { testLedgerId } from '../../support/sqlite-ledger'

afterAll(removeFolders)

/** A watcher of a store, and what is done to its links. */
const watched = (store: EventStore, over: Partial<EventStore> = {}) => {
  const clock = fakeClock()
  const parts = partsOn(store, clock)
  const folded: string[] = []
  const watching = {
    ...parts,
    store: { ...store, ...over },
    fold: ((projection, stream) => {
      folded.push(stream)
      return foldStream({ ...store, ...over })(projection, stream)
    }) satisfies typeof parts.fold,
  }
  const end = new AbortController()
  const world = { locked: false }
  const messages = watchLinks(watching, {
    ledgerId: testLedgerId,
    link: null,
    isLocked: () => Promise.resolve(world.locked),
    signal: end.signal,
  })
  const next = async (): Promise<WatchMessage> => {
    const { value } = await messages.next()
    if (value === undefined) throw new Error('the watcher has ended')
    return value
  }
  /** The next changes of a phase, as `link: from -> to`. */
  const changes = async (): Promise<ReadonlyArray<string>> => {
    const message = await next()
    if (message._tag !== 'Looked') return [message._tag]
    return message.changes.map(({ link, from, to }) => `${link}: ${from ?? ''} -> ${to}`)
  }
  const fails = (link: string) =>
    rightOf(
      changeLink(parts, {
        command: { type: 'RecordEvidence', fact: 'open-failed', code: null, attempt: null },
        occurred: null,
        stated: null,
        source: 'record',
      })(linkId(link)),
    )
  const gate = linkGate(parts, livenessThatJudges('alive'))
  const dials = (link: string) => granted(gate.request(aRequest({ link: linkId(link) })))
  const close = async () => {
    end.abort()
    await messages.next()
    await store.close()
  }
  return { world, clock, parts, folded, next, changes, fails, dials, end, close, messages }
}

const started = async (open: () => Promise<EventStore>, over?: Partial<EventStore>) => {
  const watch = watched(await open(), over)
  await rightOf(
    changeSitePolicy(watch.parts, {
      type: 'RetryPolicyChanged',
      data: { set: { openIntervalSec: 2 }, unset: [], reason: 'test', effectiveFrom: null },
      idFrom: 'random',
    }),
  )
  for (const link of ['a', 'b']) await watch.fails(link)
  expect(await watch.changes()).toEqual(['a:  -> waiting', 'b:  -> waiting'])
  expect(await watch.changes()).toEqual(['Seen'])
  watch.folded.splice(0)
  return watch
}

describe.each(stores)('a watcher of links: %s', (_name, open) => {
  it('tells how every link stands, then what changes, also of links that appear later', async () => {
    const { changes, dials, fails, close } = await started(open)
    await fails('c')
    expect(await changes()).toEqual(['c:  -> waiting'])
    await dials('d')
    expect(await changes()).toEqual(['d:  -> dialing'])
    await close()
  })

  it('looks again only at links that something was appended to', async () => {
    const { next, folded, fails, close } = await started(open)
    await fails('b')
    expect(await next()).toMatchObject({
      _tag: 'Looked',
      seen: [{ row: { link: 'b', consecutiveFailures: 1 } }],
      changes: [],
    })
    expect(new Set(folded)).toEqual(new Set(['link-b', 'site-policy']))
    await close()
  })

  it('looks at every link when the policy of the site changes', async () => {
    const { changes, parts, close } = await started(open)
    const { revision } = (await rightOf(parts.store.newest('site-policy'))) ?? { revision: 0n }
    const event = sealedEvent(9, { type: 'PolicyTeleported', data: '{}' })
    await rightOf(parts.store.append('site-policy', revision, [event]))
    expect(await changes()).toEqual(['a: waiting -> unreadable', 'b: waiting -> unreadable'])
    await close()
  })

  it('wakes when the next countdown is over, without any event', async () => {
    const { changes, clock, close } = await started(open)
    const change = changes()
    clock.at(2.01)
    expect(await change).toEqual(['a: waiting -> idle', 'b: waiting -> idle'])
    await close()
  })

  it('asks again for the lock of an attempt that is over, until it is free', async () => {
    const { changes, clock, dials, world, close } = await started(open)
    clock.at(10)
    await dials('a')
    expect(await changes()).toEqual(['a: waiting -> dialing', 'b: waiting -> idle'])
    world.locked = true
    clock.at(200)
    const change = changes()
    setTimeout(() => {
      world.locked = false
      clock.at(210)
    }, 50)
    expect(await change).toEqual([])
    expect(await changes()).toEqual(['a: dialing -> idle'])
    await close()
  })
})

describe('a watcher of links whose ledger cannot be read', () => {
  const failing = (error: ReadError, times: number) => {
    const store = memoryEventStore()
    let left = 0
    const readStream: EventStore['readStream'] = (range) => () =>
      left-- > 0 ? Promise.resolve(E.left(error)) : store.readStream(range)()
    const fail = () => (left = times)
    return { open: () => Promise.resolve(store), over: { readStream }, fail }
  }

  it('says so, goes on and leaves nothing out when it was away', async () => {
    // Two looks, each of which reads the link and the policy of the site.
    const { open, over, fail } = failing({ _tag: 'Unavailable', why: 'the disk is away' }, 4)
    const { changes, next, dials, close } = await started(open, over)
    await dials('c')
    fail()
    const interrupted = { _tag: 'Interrupted', error: { why: 'the disk is away' } }
    expect(await next()).toMatchObject(interrupted)
    expect(await next()).toMatchObject(interrupted)
    expect(await changes()).toEqual(['c:  -> dialing'])
    await close()
  })

  it('ends when it is damaged', async () => {
    const { open, over, fail } = failing({ _tag: 'Corrupt', why: 'a page is torn' }, 1)
    const { next, messages, dials, close } = await started(open, over)
    await dials('c')
    fail()
    expect(await next()).toMatchObject({ _tag: 'Failed', error: { why: 'a page is torn' } })
    expect((await messages.next()).done).toBe(true)
    await close()
  })

  it('ends before it began when it cannot even tell where it ends', async () => {
    const denied: ReadError = { _tag: 'Denied', why: 'no' }
    const { next, close } = watched(memoryEventStore(), {
      end: () => Promise.resolve(E.left(denied)),
    })
    expect(await next()).toEqual({ _tag: 'Failed', error: denied })
    await close()
  })
})

describe('a watcher of links that waits', () => {
  it('ends when it is told to', async () => {
    const { end, messages } = await started(() => Promise.resolve(memoryEventStore()))
    setTimeout(() => end.abort(), 1)
    expect((await messages.next()).done).toBe(true)
  })
})
