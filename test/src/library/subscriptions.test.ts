import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { subscriptions } from '../../../src/library/subscriptions'
import { rightOf } from '../../support/event-store-contract'
import { replaceableStore } from '../../support/replaceable-store'
import { sealedEvents } from '../../support/sealed-events'
import { testLedgerId } from '../../support/sqlite-ledger'
import { tagged } from '../../support/tagged'

const closed = new AbortController().signal

/** A ledger, and the checkpoint behind the last of its events. */
const ledgerToItsEnd = async () => {
  const ledger = memoryEventStore()
  await rightOf(ledger.append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
  const { store, put } = replaceableStore(ledger)
  const { subscribe } = subscriptions({ store, ledgerId: testLedgerId, closed })
  const { value } = await subscribe().next()
  return { subscribe, put, after: tagged(value!, 'Page').checkpoint }
}

describe('a subscription that goes on from the end', () => {
  it('says with its first message which checkpoint that is', async () => {
    const { subscribe, after } = await ledgerToItsEnd()
    const { value } = await subscribe({ after }).next()
    expect(value).toEqual({ _tag: 'CaughtUp', checkpoint: after })
  })

  it('fails when an older copy is put in the place of its ledger while it waits', async () => {
    const { subscribe, put, after } = await ledgerToItsEnd()
    const older = memoryEventStore()
    await rightOf(older.append('link-a', 'no_stream', sealedEvents(1)))
    const said: string[] = []
    for await (const message of subscribe({ after })) {
      said.push(message._tag)
      if (message._tag === 'Failed') expect(JSON.stringify(message)).toContain('an older copy')
      if (message._tag !== 'CaughtUp') continue
      await rightOf(older.append('link-b', 'no_stream', sealedEvents(4, 5, 6)))
      put(older)
    }
    expect(said).toEqual(['CaughtUp', 'Failed'])
  })
})
