import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { openLedger } from '../../../src/adapters/sqlite/open-ledger'
import type { EventStore, ExpectedRevision } from '../../../src/ports/event-store'

/** Appends to a stream until it has appended so many; prints the id of each event once it is told so. */
const appendOn = async (path: string, stream: string, count: number): Promise<void> => {
  const opened = await openLedger(path)()
  if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))
  const { store } = opened.right
  let expected = await lastRevision(store, stream)
  for (let appended = 0; appended < count;) {
    const id = randomUUID()
    const event = { id, type: 'DialStarted', data: `{"pid":${process.pid}}`, metadata: '{}' }
    const result = await store.append(stream, expected, [event])()
    if (E.isRight(result)) {
      expected = result.right.revision
      appended++
      process.stdout.write(`${id}\n`)
    } else if (result.left._tag === 'Conflict') expected = result.left.actual
    else throw new Error(JSON.stringify(result.left))
  }
  await store.close()
}

const lastRevision = async (store: EventStore, stream: string): Promise<ExpectedRevision> => {
  const page = await store.readStream({ stream, direction: 'backwards', from: 'end', limit: 1 })()
  if (E.isLeft(page)) throw new Error(JSON.stringify(page.left))
  return page.right.events[0]?.revision ?? 'no_stream'
}

const [, , path = '', stream = '', count = ''] = process.argv
void appendOn(path, stream, Number(count))
