import { setTimeout as sleep } from 'node:timers/promises'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { sitePolicyStream } from '../../../../domain/events'
import { retryWindows } from '../../../../projections/retry-windows'
import { appendAtEnd } from '../../../../src/application/append-at-end'
import { foldStream } from '../../../../src/application/fold-stream'
import { subscription } from '../../../../src/application/subscription'
import { leftOf, rightOf } from '../../../support/event-store-contract'
import { fakeClock, partsOn } from '../../../support/gate-world'
import { eventually } from '../../../support/eventually'
import { sealedEvents, uuidOf } from '../../../support/sealed-events'
import { testLedgerId } from '../../../support/sqlite-ledger'
import { shortWaitMs, trapWorld, type TrapWorld } from '../../../support/trap-world'

let world: TrapWorld
let bare: EventStoreDBClient
beforeEach(async () => {
  world = await trapWorld()
  bare = EventStoreDBClient.connectionString(world.url)
})
afterEach(async () => {
  await world.end()
  await bare.dispose()
})

const whole = (stream: string) =>
  ({ stream, direction: 'forwards', from: 'start', limit: 10 }) as const

const everything = { after: null, categories: null, limit: 10 }

describe('reading from a server that does not answer', () => {
  it('gives up on a frozen one, and reads once it goes on', async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
    world.fake.faults.frozen = true
    expect(await leftOf(world.store.readStream(whole('link-a')))).toMatchObject(unavailable)
    expect(await leftOf(world.store.readAll(everything))).toMatchObject(unavailable)
    expect(await leftOf(world.store.newest('link-a'))).toMatchObject(unavailable)
    world.fake.faults.frozen = false
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })

  it('is unavailable at once on a dead one, and reads once it is back', async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
    world.fake.die()
    expect(await leftOf(world.store.readStream(whole('link-a')))).toMatchObject(unavailable)
    await world.fake.comeBack()
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })

  const unavailable = { _tag: 'Unavailable' }
})

describe('reading to the end', () => {
  it('walks past many events of others, whose checkpoints run ahead', async () => {
    const others = Array.from({ length: 2000 }, () => jsonEvent({ type: 'Other', data: {} }))
    await bare.appendToStream('other-a', others)
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
    await bare.appendToStream('other-a', others)
    const page = await rightOf(world.store.readAll(everything))
    expect([page.events.map(({ id }) => id), page.next]).toEqual([[uuidOf(1)], null])
  })

  it('leaves no read open at the server', async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1, 2, 3, 4, 5)))
    await rightOf(world.store.readStream({ ...whole('link-a'), limit: 2 }))
    await rightOf(world.store.readAll({ ...everything, limit: 2 }))
    await rightOf(world.store.readAll(everything))
    await world.store.close()
    await eventually(() => world.fake.seen.openReads.size === 0)
  })
})

describe('streams that lost their start', () => {
  const fold = () => foldStream(world.store)(retryWindows, 'link-a')

  beforeEach(async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1, 2, 3, 4, 5)))
  })

  it('are unreadable from the first event that is left, though each of them can be read', async () => {
    const clock = fakeClock()
    const draft = { type: 'LinkHeld', data: { reason: 'bill' }, idFrom: 'random' } as const
    const decided = {
      drafts: [draft],
      occurred: clock.read(),
      source: 'record',
      stated: null,
    } as const
    for (let number = 0; number < 3; number += 1) {
      const held = { ...decided, drafts: [draft], stream: 'link-b', expected: 'any' } as const
      await rightOf(appendAtEnd(partsOn(world.store, clock), { ...held, drafts: [draft] }))
    }
    const foldB = foldStream(world.store)(retryWindows, 'link-b')
    expect((await rightOf(foldB)).view.unreadable).toBeNull()
    await bare.setStreamMetadata('link-b', { maxCount: 2 })
    expect((await rightOf(foldB)).view.unreadable).toMatchObject({
      revision: 1n,
      problem: expect.stringContaining('missing'),
    })
  })

  it('are corrupt when they were deleted softly, and what is appended there is no success', async () => {
    await bare.deleteStream('link-a')
    expect(await leftOf(fold())).toMatchObject({ _tag: 'Corrupt' })
    const append = world.store.append('link-a', 'no_stream', sealedEvents(6))
    expect(await leftOf(append)).toMatchObject({ _tag: 'Corrupt' })
    expect((await rightOf(fold())).view.unreadable).toMatchObject({ revision: 5n })
  })

  it('are corrupt when they were truncated to nothing or deleted for good', async () => {
    await bare.setStreamMetadata('link-a', { truncateBefore: 5 })
    expect(await leftOf(fold())).toMatchObject({ _tag: 'Corrupt' })
    await bare.tombstoneStream('link-a')
    expect(await leftOf(fold())).toMatchObject({ _tag: 'Corrupt' })
    const append = world.store.append('link-a', 4n, sealedEvents(6))
    expect(await leftOf(append)).toMatchObject({ _tag: 'Corrupt' })
  })

  it('are told from those that never were', async () => {
    expect(await rightOf(world.store.newest(sitePolicyStream))).toBeNull()
  })
})

describe('a ledger that was rolled back', () => {
  it('is corrupt behind its head, never silent', async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
    const { events } = await rightOf(world.store.readAll(everything))
    world.fake.log.rollBack(4)
    const after = events.at(-1)?.position ?? 0n
    expect(await leftOf(world.store.readAll({ ...everything, after }))).toMatchObject({
      _tag: 'Corrupt',
      why: expect.stringContaining('older copy'),
    })
  })

  it('is corrupt at a position that lies within an event', async () => {
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
    const { events } = await rightOf(world.store.readAll(everything))
    const within = (events[0]?.position ?? 0n) + 1n
    const read = world.store.readAll({ ...everything, after: within })
    expect(await leftOf(read)).toMatchObject({ _tag: 'Corrupt' })
  })
})

describe('a subscription', () => {
  it('goes on over a server that freezes, dies and comes back, and tells everything once', async () => {
    const told: string[] = []
    const end = new AbortController()
    const subscribed = (async () => {
      const request = { ledgerId: testLedgerId, after: null, wants: () => true, signal: end.signal }
      for await (const message of subscription(world.store, request))
        if (message._tag === 'Page') told.push(...message.events.map(({ id }) => id))
    })()
    const appendAndHear = async (number: number) => {
      const expected = number === 1 ? 'no_stream' : BigInt(number - 2)
      await rightOf(world.store.append('link-a', expected, sealedEvents(number)))
      await eventually(() => told.includes(uuidOf(number)))
    }
    await appendAndHear(1)
    world.fake.faults.frozen = true
    await sleep(2 * shortWaitMs)
    world.fake.faults.frozen = false
    await appendAndHear(2)
    world.fake.die()
    await world.fake.comeBack()
    // Somebody else appends, so that only the server can tell.
    await eventually(async () => {
      const event = { ...jsonEvent({ type: 'DialStarted', data: { pid: 3 } }), id: uuidOf(3) }
      const appended = bare.appendToStream('link-a', event, { expectedRevision: 1n })
      return appended.then(
        () => true,
        () => false,
      )
    })
    await eventually(() => told.includes(uuidOf(3)))
    end.abort()
    await subscribed
    expect(told).toEqual([uuidOf(1), uuidOf(2), uuidOf(3)])
  })
})
