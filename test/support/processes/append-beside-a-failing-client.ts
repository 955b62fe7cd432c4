import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { eventStoreDbAt } from '../eventstoredb-store'
import { rightOf } from '../event-store-contract'
import { sealedEvents } from '../sealed-events'

/**
 * Appends to one server while another client of this process loses the connection to another one, then
 * closes: what is printed last is printed by a process that nothing has ended, and that ends by itself.
 */
const appendBeside = async (url: string, other: string): Promise<void> => {
  const store = await eventStoreDbAt(url)
  await rightOf(store.append('link-first', 'no_stream', sealedEvents(1)))
  store.changes(() => undefined)
  const bare = EventStoreDBClient.connectionString(other)
  await bare.appendToStream('link-other', jsonEvent({ type: 'Other', data: {} }))
  process.stdout.write('both\n')
  const failing = bare.appendToStream('link-lost', jsonEvent({ type: 'Other', data: {} })).then(
    () => 'no failure',
    () => 'failed',
  )
  const appended = await rightOf(store.append('link-a', 'no_stream', sealedEvents(2)))
  process.stdout.write(`${await failing} ${appended.revision}\n`)
  await store.close()
  await bare.dispose()
}

const [, , url = '', other = ''] = process.argv
void appendBeside(url, other)
