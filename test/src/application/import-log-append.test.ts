import { isNonEmpty } from 'fp-ts/Array'
import { isLeft } from 'fp-ts/Either'
import type { LedgerEvent } from '../../../domain/events'
import {
  canonicalJson,
  emptyHead,
  eventHash,
  firstRevision,
  headOf,
  sealEvents,
} from '../../../src/adapters/codec'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import type { EventStore, SealedEvent } from '../../../src/ports/event-store'
import { aGrant, aMetadata, uuidOf } from '../../support/event-builders'
import { importCase } from '../../support/import-case'
import { linkId } from '../../support/link-id'
import { logText } from '../../support/log-bytes'
import { connectionError, ntText, openFailed } from '../../support/nt-log'

const at = Date.UTC(1996, 10, 18, 13, 5, 0)

const links = { first: linkId('first'), second: linkId('second') }

const put = async (store: EventStore, stream: string, event: LedgerEvent, number: number) => {
  const end = await store.readStream({ stream, direction: 'backwards', from: 'end', limit: 1 })()
  const newest = isLeft(end) ? undefined : end.right.events[0]
  const head = newest === undefined ? emptyHead(stream) : headOf(newest)
  const { prev: _prev, ...metadata } = aMetadata()
  const sealed = sealEvents(head, [{ ...event, id: uuidOf(number), metadata }])
  if (isLeft(sealed)) throw new Error(sealed.left.why)
  const appended = await store.append(stream, head.revision, sealed.right.events)()
  if (isLeft(appended)) throw new Error(appended.left._tag)
}

const log = (count: number) =>
  logText(ntText(Array.from({ length: count }, (_, index) => openFailed(at + index * 1000, 'A'))))

describe('a live link', () => {
  it('must wait once it has new evidence (R15)', async () => {
    const ledger = importCase()
    await put(ledger.store, 'link-first', aGrant(), 1)
    const { mustWait } = await ledger.run(log(1), { link: links.first })
    expect(mustWait).toEqual(['first'])
  })

  it('need not wait for evidence that it had already', async () => {
    const ledger = importCase()
    await ledger.run(log(1), { link: links.first })
    await put(ledger.store, 'link-first', aGrant(), 1)
    expect((await ledger.run(log(1), { link: links.first })).mustWait).toEqual([])
  })

  it('need not wait for a timer that was started', async () => {
    const ledger = importCase()
    await put(ledger.store, 'link-first', aGrant(), 1)
    const description =
      'An open retry delay timer started on the association to x on control block 1. Made in 600 seconds.'
    const text = ntText([{ at, eventId: 301, description }])
    expect((await ledger.run(logText(text), { link: links.first })).mustWait).toEqual([])
  })

  it('is none that no dial was ever granted on', async () => {
    const { mustWait } = await importCase().run(log(1), { link: links.second })
    expect(mustWait).toEqual([])
  })
})

describe('a stream that others write to', () => {
  it('gets every record once, chained behind theirs', async () => {
    const store = memoryEventStore()
    let intruders = 0
    const busy: EventStore = {
      ...store,
      append: (stream, expected, events) => async () => {
        if (intruders < 5) {
          intruders += 1
          await put(store, stream, { type: 'LinkHeld', data: { reason: 'test' } }, intruders)
        }
        return store.append(stream, expected, events)()
      },
    }
    const ledger = importCase(busy)
    const { _tag, logs } = await ledger.run(log(300), { link: links.first })
    expect([_tag, logs[0]?.events]).toEqual(['imported', 300])
    const evidence = await ledger.ofType('ConnectionOpenFailed')
    expect(new Set(evidence.map(({ id }) => id)).size).toBe(300)
    expect(evidence.map(({ metadata }) => metadata.stated)).toEqual(
      evidence.map(({ metadata }) => metadata.stated).toSorted(),
    )
  })

  it('takes two imports of one log at once, and each record once', async () => {
    const store = memoryEventStore()
    const both = [importCase(store), importCase(store)]
    const outcomes = await Promise.all(both.map((it) => it.run(log(300), { link: links.first })))
    expect(outcomes.map(({ _tag }) => _tag)).toEqual(['imported', 'imported'])
    const evidence = await importCase(store).evidence()
    expect(evidence.map(({ id }) => id).toSorted()).toEqual(
      [...new Set(evidence.map(({ id }) => id))].toSorted(),
    )
    expect(evidence).toHaveLength(300)
  })
})

/** The same facts as another process seals them: other bytes under the same ids. */
const sealedByAnother = (
  stream: string,
  first: bigint,
  events: ReadonlyArray<SealedEvent>,
): SealedEvent[] => {
  let prev: string = JSON.parse(events[0]?.metadata ?? '{}').prev
  return events.map((event, index) => {
    const metadata = canonicalJson({ ...JSON.parse(event.metadata), actor: 'another', prev })
    if (isLeft(metadata)) throw new Error(metadata.left)
    const sealed = { ...event, metadata: metadata.right }
    prev = eventHash({ ...sealed, stream, revision: first + BigInt(index) })
    return sealed
  })
}

describe('a log of which another process stored the begin and then died', () => {
  it('is chained to what that process stored, not to what this one would have', async () => {
    const store = memoryEventStore()
    let hasDied = false
    const shared: EventStore = {
      ...store,
      append: (stream, expected, events) => async () => {
        if (!hasDied && stream === 'link-first') {
          hasDied = true
          const theirs = sealedByAnother(stream, firstRevision(expected), events)
          if (isNonEmpty(theirs)) await store.append(stream, expected, theirs)()
        }
        return store.append(stream, expected, events)()
      },
    }
    const { logs } = await importCase(shared).run(log(2_000), { link: links.first })
    const page = await store.readAll({ after: null, categories: ['link'], limit: 3_000 })()
    if (isLeft(page)) throw new Error(page.left.why)
    const { events } = page.right
    expect(events).toHaveLength(2_000)
    const theirs = events.filter(({ metadata }) => JSON.parse(metadata).actor === 'another').length
    expect(theirs).toBeLessThan(2_000)
    expect(logs[0]?.events).toBe(2_000 - theirs)
    const broken = events.filter((event, index) => {
      const before = events[index - 1]
      const hash = before === undefined ? emptyHead('link-first').hash : headOf(before).hash
      return JSON.parse(event.metadata).prev !== hash
    })
    expect(broken).toEqual([])
  })
})

describe('an append whose outcome is unknown', () => {
  it('is repeated with the same bytes at the same revision until it is known', async () => {
    const store = memoryEventStore()
    const asked: string[] = []
    const unsure: EventStore = {
      ...store,
      append: (stream, expected, events) => async () => {
        asked.push(JSON.stringify([stream, String(expected), events]))
        const result = await store.append(stream, expected, events)()
        return asked.length < 3
          ? { _tag: 'Left', left: { _tag: 'UnknownOutcome', why: 'no answer' } }
          : result
      },
    }
    const ledger = importCase(unsure)
    const { _tag } = await ledger.run(logText(ntText([connectionError(at)])))
    expect(_tag).toBe('imported')
    expect(new Set(asked.slice(0, 3)).size).toBe(1)
    expect(asked.map((text): string => JSON.parse(text)[2][0].type)).toEqual([
      ...Array.from({ length: 3 }, () => 'ConnectionErrorOccurred'),
      'SourceRead',
    ])
    expect(await ledger.evidence()).toHaveLength(1)
  })
})
