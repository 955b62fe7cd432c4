import { eventBytesMax, type AppendError, type SealedEvent } from '../../ports/event-store'
import { isStorableText } from './canonical-json'
import { isEventId } from './event-ids'

/** Why a store must refuse an append whatever is in it already; undefined: it need not. */
export const unstorable = (
  stream: string,
  events: ReadonlyArray<SealedEvent>,
): AppendError | undefined => {
  if (!/^[^-]+-./su.test(stream)) return invalid(`no stream name: ${JSON.stringify(stream)}`)
  if (!isStorableText(stream)) return invalid('lone surrogate or NUL in the stream name')
  for (const event of events) {
    if (!isEventId(event.id)) return invalid(`no lower-case UUID: ${JSON.stringify(event.id)}`)
    if (event.type === '' || ![event.type, event.data, event.metadata].every(isStorableText))
      return invalid(`lone surrogate or NUL in event ${event.id}`)
    const bytes = Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata)
    if (bytes > eventBytesMax) return { _tag: 'TooLarge', bytes, bytesMax: eventBytesMax }
  }
  return new Set(events.map((event) => event.id)).size === events.length
    ? undefined
    : invalid('one event id twice in one append')
}

const invalid = (why: string): AppendError => ({ _tag: 'InvalidEvent', why })
