import * as E from 'fp-ts/Either'
import type { LedgerEvent, Recorded, StreamItem } from '../../domain/events'
import { emptyHead, sealEvents, toStreamItem, type UnsealedEvent } from '../../src/adapters/codec'
import type { RecordedEvent } from '../../src/ports/event-store'

/** What a process that starts afresh reads of a stream: written as text and decoded again. */
export const readBack = (items: ReadonlyArray<StreamItem>): ReadonlyArray<StreamItem> =>
  storedForm(items).map(toStreamItem)

/** What a store holds of a stream: every event sealed, chained and written as text. */
const storedForm = (items: ReadonlyArray<StreamItem>): ReadonlyArray<RecordedEvent> => {
  const stored: RecordedEvent[] = []
  const [first] = items
  let head = emptyHead(first?.stream ?? '')
  for (const item of items) {
    const { stream, revision, position } = item
    if (item.type === 'Unreadable') {
      const unreadable = { id: '', type: 'DialTeleported', data: '{}', metadata: '{"schema":1}' }
      stored.push({ ...unreadable, stream, revision, position })
      continue
    }
    const sealed = sealEvents(head, [unsealedOf(item)])
    if (E.isLeft(sealed)) throw new Error(`cannot be sealed: ${sealed.left.why}`)
    head = sealed.right.head
    stored.push(...sealed.right.events.map((event) => ({ ...event, stream, revision, position })))
  }
  return stored
}

const unsealedOf = (item: Recorded): UnsealedEvent => {
  const { id, metadata, stream: _stream, revision: _revision, position: _position, ...event } = item
  const { prev: _prev, ...envelope } = metadata
  return { ...(event satisfies LedgerEvent), id, metadata: envelope }
}
