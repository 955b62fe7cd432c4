import { appendAtEnd, type AppendAtEnd } from '../../../src/application/append-at-end'
import type { EventStore } from '../../../src/ports/event-store'
import { leftOf, rightOf } from '../../support/event-store-contract'
import { fakeClock, partsOn, removeFolders, stores, typesOf } from '../../support/gate-world'

afterAll(removeFolders)

describe.each(stores)('an append at the end of a stream, on the %s store', (_name, open) => {
  const clock = fakeClock()
  let store: EventStore

  const aHold = (expected: AppendAtEnd['expected']): AppendAtEnd => ({
    stream: 'link-isp',
    expected,
    drafts: [{ type: 'LinkHeld', data: { reason: 'bill' }, idFrom: 'random' }],
    occurred: clock.read(),
    source: 'record',
    stated: null,
  })

  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('begins a stream when any will do', async () => {
    expect(await rightOf(appendAtEnd(partsOn(store, clock), aHold('any')))).toMatchObject({
      revision: 0n,
    })
  })

  it('rejects a stream without events when one must exist, and stores nothing', async () => {
    expect(await leftOf(appendAtEnd(partsOn(store, clock), aHold('exists')))).toEqual({
      _tag: 'NoStream',
      stream: 'link-isp',
    })
    expect(await typesOf(store)).toEqual([])
  })

  it('moves on when others append meanwhile, and loses nothing', async () => {
    const parts = partsOn(store, clock)
    await rightOf(appendAtEnd(parts, aHold('any')))
    const together = Array.from({ length: 20 }, () => rightOf(appendAtEnd(parts, aHold('exists'))))
    const revisions = (await Promise.all(together)).map(({ revision }) => Number(revision))
    expect(revisions.toSorted((first, second) => first - second)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })
})
