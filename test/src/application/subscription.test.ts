import * as E from 'fp-ts/Either'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { subscription } from '../../../src/application/subscription'
import type { EventStore } from '../../../src/ports/event-store'
import { rightOf } from '../../support/event-store-contract'
import { runs } from '../../support/runs'
import type { Checkpoint } from '../../../src/application/checkpoint'
import { sealedEvent, sealedEvents, uuidOf } from '../../support/sealed-events'
import { testLedgerId } from '../../support/sqlite-ledger'
import { describeSubscription } from '../../support/subscription-contract'

describeSubscription('memory', runs().numRuns, () => Promise.resolve(memoryEventStore()))

const everything = { ledgerId: testLedgerId, after: null, wants: () => true }

describe('a subscription to a ledger', () => {
  it('fails when an older copy is put in its place while it waits', async () => {
    const [ledger, older] = [memoryEventStore(), memoryEventStore()]
    await rightOf(ledger.append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
    await rightOf(older.append('link-a', 'no_stream', sealedEvents(1)))
    let current = ledger
    const replaced: EventStore = {
      ...ledger,
      readAll: (range) => current.readAll(range),
      readStream: (range) => current.readStream(range),
      changes: (wake) => older.changes(wake),
    }
    const said: string[] = []
    for await (const message of subscription(replaced, everything)) {
      said.push(message._tag)
      if (message._tag === 'Failed') expect(message.error.why).toContain('an older copy')
      if (message._tag !== 'CaughtUp') continue
      current = older
      await rightOf(older.append('link-a', 0n, sealedEvents(4, 5, 6)))
    }
    expect(said).toEqual(['Page', 'CaughtUp', 'Failed'])
  })

  it('fails when an older copy was put in its place before the first page', async () => {
    const [ledger, older] = [memoryEventStore(), memoryEventStore()]
    await rightOf(ledger.append('link-a', 'no_stream', sealedEvents(1, 2)))
    await rightOf(older.append('link-a', 'no_stream', sealedEvents(1)))
    const after: Checkpoint = {
      ...{ ledgerId: testLedgerId, position: 2n },
      ...{ stream: 'link-a', revision: 1n, eventId: uuidOf(2) },
    }
    const said: string[] = []
    for await (const message of subscription(older, { ...everything, after })) {
      said.push(message._tag)
    }
    expect(said).toEqual(['Failed'])
    for await (const message of subscription(ledger, { ...everything, after })) {
      expect(message).toEqual({ _tag: 'CaughtUp', checkpoint: after })
      break
    }
  })

  it('goes on behind pages that hold nothing', async () => {
    const ledger = memoryEventStore()
    await rightOf(ledger.append('link-a', 'no_stream', sealedEvents(1)))
    const gap = { from: 1n, to: 30_000n }
    let reads = 0
    const sparse: EventStore = {
      ...ledger,
      readAll:
        ({ after }) =>
        () => {
          // Else one that reads the same page again would never end.
          if ((reads += 1) > 10) throw new Error('reads on and on')
          const next = (after ?? 0n) + 10_000n
          if (next < gap.to) return Promise.resolve(E.right({ events: [], next }))
          const event = { ...sealedEvent(1), stream: 'link-a', revision: 0n, position: gap.to }
          const events = (after ?? 0n) < gap.to ? [event] : []
          return Promise.resolve(E.right({ events, next: null }))
        },
    }
    for await (const message of subscription(sparse, everything)) {
      if (message._tag !== 'Page') continue
      expect(message.checkpoint.position).toBe(gap.to)
      break
    }
  })
})
