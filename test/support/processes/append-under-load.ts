import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { emptyHead } from '../../../src/adapters/codec'
import { appendUntilKnown } from '../../../src/application/append-until-known'
import type { ExpectedRevision } from '../../../src/ports/event-store'
import { eventsOf } from '../event-store-contract'
import { eventStoreDbAt } from '../eventstoredb-store'

/**
 * Appends to 16 streams of a server for so many seconds, each append until its outcome is known, then
 * reads everything back; prints what was lost or doubled. Kill the leader of its cluster meanwhile.
 */
const appendUnderLoad = async (url: string, seconds: number): Promise<void> => {
  const category = `load${randomUUID().slice(0, 8)}`
  const store = await eventStoreDbAt(url, { categories: [category] })
  const sleepMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const untilMs = performance.now() + seconds * 1000
  const counts = { appended: 0, repeated: 0, uncertain: 0, lost: 0, doubled: 0 }
  let longestMs = 0
  const one = async (stream: string): Promise<void> => {
    const ids: string[] = []
    let revision: ExpectedRevision = 'no_stream'
    while (performance.now() < untilMs) {
      const id = randomUUID()
      const startedMs = performance.now()
      const head = { ...emptyHead(stream), revision }
      const event = { id, type: 'DialStarted', data: '{"pid":1}', metadata: '{}' }
      const result: Awaited<ReturnType<typeof appendUntilKnown>> = await appendUntilKnown(
        { store, sleepMs },
        head,
        [event],
      )
      longestMs = Math.max(longestMs, performance.now() - startedMs)
      if (E.isLeft(result)) {
        counts.uncertain += 1
        process.stderr.write(`${JSON.stringify(result.left)}\n`)
        break
      }
      counts.appended += 1
      if (result.right.repeated) counts.repeated += 1
      ids.push(id)
      revision = result.right.revision
    }
    const stored = (await eventsOf(store, stream)).map((event) => event.id)
    counts.lost += ids.filter((id) => !stored.includes(id)).length
    counts.doubled += stored.length - new Set(stored).size
  }
  await Promise.all(Array.from({ length: 16 }, (_, number) => one(`${category}-${number}`)))
  process.stdout.write(`${JSON.stringify({ ...counts, longestMs: Math.round(longestMs) })}\n`)
  await store.close()
}

const [, , url = '', seconds = '10'] = process.argv
void appendUnderLoad(url, Number(seconds))
