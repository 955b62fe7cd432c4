import * as E from 'fp-ts/Either'
import { appendRaw } from '../../../support/append-raw'
import { eventsOf, leftOf, rightOf } from '../../../support/event-store-contract'
import { eventStoreDbAt } from '../../../support/eventstoredb-store'
import { startFakeEventStoreDb } from '../../../support/fake-eventstoredb/fake-eventstoredb'
import { sealedEvent, sealedEvents, uuidOf } from '../../../support/sealed-events'
import { trapWorld, type TrapWorld } from '../../../support/trap-world'

let world: TrapWorld
beforeEach(async () => {
  world = await trapWorld()
})
afterEach(() => world.end())

describe('appending when the clocks differ', () => {
  it.each([15_000, -15_000, 2 * 86_400_000])('appends to a server %d ms ahead', async (aheadMs) => {
    world.fake.faults.aheadMs = aheadMs
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })
})

describe('appending while the server is away', () => {
  it('does not know the outcome on a frozen server, and finds it out once that goes on', async () => {
    await rightOf(world.store.append('link-b', 'no_stream', sealedEvents(2)))
    world.fake.faults.frozen = true
    const pending = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(pending)).toMatchObject({ _tag: 'UnknownOutcome' })
    const surely = world.appendSurely('link-a')
    world.fake.faults.frozen = false
    expect(E.isRight(await surely)).toBe(true)
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })

  it('stores each of 50 appends once that were in flight when the server died', async () => {
    const streams = Array.from({ length: 50 }, (_, index) => `link-${index}`)
    await rightOf(world.store.append('link-first', 'no_stream', sealedEvents(99)))
    const appends = streams.map((stream, index) =>
      world.appendSurely(stream, sealedEvent(index + 1)),
    )
    await new Promise((resolve) => setTimeout(resolve, 2))
    world.fake.die()
    await world.fake.comeBack()
    expect((await Promise.all(appends)).filter(E.isLeft)).toEqual([])
    for (const [index, stream] of streams.entries()) {
      expect(await world.idsIn(stream)).toEqual([uuidOf(index + 1)])
    }
  })

  it('does not know the first append to a dead server, and appends once it is there', async () => {
    world.fake.die()
    const first = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(first)).toMatchObject({ _tag: 'UnknownOutcome' })
    await world.fake.comeBack()
    await rightOf(() => world.appendSurely('link-a'))
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })

  it('takes another client when the first question to the server has failed', async () => {
    world.fake.faults.capabilities = 'failing'
    const first = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(first)).toMatchObject({ _tag: 'UnknownOutcome' })
    world.fake.faults.capabilities = 'told'
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
  })
})

describe('appending when answers are lost', () => {
  it('stores every event once when each third answer is lost', async () => {
    world.fake.faults.loseAnswerOfEvery = 3
    for (let number = 1; number <= 9; number += 1) {
      await rightOf(() => world.appendSurely(`link-${number}`, sealedEvent(number)))
    }
    world.fake.faults.loseAnswerOfEvery = 0
    for (let number = 1; number <= 9; number += 1) {
      expect(await world.idsIn(`link-${number}`)).toEqual([uuidOf(number)])
    }
  })

  it('is a conflict, never a second copy, when somebody else was faster', async () => {
    world.fake.faults.refuse = 1
    const lost = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(lost)).toMatchObject({ _tag: 'UnknownOutcome' })
    const other = await eventStoreDbAt(world.url)
    await rightOf(other.append('link-a', 'no_stream', sealedEvents(2)))
    await other.close()
    const again = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(again)).toEqual({ _tag: 'Conflict', stream: 'link-a', actual: 0n })
    expect(await world.idsIn('link-a')).toEqual([uuidOf(2)])
  })
})

describe('appending to a cluster', () => {
  it('goes to the node that leads', async () => {
    const leader = await startFakeEventStoreDb({ log: world.fake.log })
    world.fake.faults.leader = { host: '127.0.0.1', port: leader.port }
    await rightOf(world.store.append('link-a', 'no_stream', sealedEvents(1)))
    expect([leader.seen.appends, world.fake.seen.appends]).toEqual([1, 0])
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
    leader.stop()
  })

  it('knows no outcome without a quorum, and appends once when there is one again', async () => {
    world.fake.faults.quorum = 'lost'
    const append = world.store.append('link-a', 'no_stream', sealedEvents(1))
    expect(await leftOf(append)).toMatchObject({ _tag: 'UnknownOutcome' })
    expect(world.fake.faults.quorum).toBe('known to be lost')
    expect(await leftOf(append)).toMatchObject({ _tag: 'UnknownOutcome' })
    world.fake.faults.quorum = 'there'
    await rightOf(append)
    expect(await world.idsIn('link-a')).toEqual([uuidOf(1)])
  })
})

describe('appending what the server or the client would not keep', () => {
  it('refuses more than a mebibyte in one append, and sends nothing', async () => {
    const pad = `{"pad":"${'x'.repeat(250_000)}"}`
    const [first, ...rest] = [1, 2, 3, 4, 5].map((number) => sealedEvent(number, { data: pad }))
    const error = await leftOf(world.store.append('link-a', 'no_stream', [first!, ...rest]))
    expect(error).toMatchObject({ _tag: 'TooLarge', bytesMax: 1024 * 1024 })
    expect(world.fake.seen.appends).toBe(0)
  })

  it.each([
    '{"n":12345678901234567890}',
    '{"10":1,"9":2}',
    '{ "a": 1 }',
    'no json',
    '"text"',
    '{"a":-0}',
  ])('gives back %s as it was', async (data) => {
    await rightOf(world.store.append('link-a', 'no_stream', [sealedEvent(1, { data })]))
    expect((await eventsOf(world.store, 'link-a'))[0]?.data).toBe(data)
  })

  it('refuses metadata that the client would give back otherwise', async () => {
    const odd = sealedEvent(1, { metadata: '{"10":1,"9":2}' })
    const error = await leftOf(world.store.append('link-a', 'no_stream', [odd]))
    expect(error).toMatchObject({ _tag: 'InvalidEvent' })
  })

  it('gives broken JSON as it is, which no fold takes for an event', async () => {
    await appendRaw(world.url, 'link-a', { data: '{"a":', metadata: '{' })
    const [broken] = await eventsOf(world.store, 'link-a')
    expect(broken).toMatchObject({ data: '{"a":', metadata: '{' })
  })
})
