import * as E from 'fp-ts/Either'
import type {
  AllStreamRecordedEvent,
  EventData,
  RecordedEvent as ClientEvent,
} from '@eventstore/db-client'
import type { AppendError, RecordedEvent, SealedEvent } from '../../ports/event-store'
import { isObject } from '../codec'

// The client takes no subclass of Uint8Array for metadata, so no Buffer.
const utf8 = new TextEncoder()

/**
 * An event as the client takes it. Data is handed over as JSON if the text comes back the same from
 * the client's parsing and writing, so that the server's own tools can show it; else as bytes.
 * Metadata has no such choice: the client parses whatever it can.
 */
export const clientEventOf = (event: SealedEvent): E.Either<AppendError, EventData> => {
  const { id, type } = event
  const metadata = utf8.encode(event.metadata)
  const shown = parsed(event.metadata)
  if (shown !== undefined && JSON.stringify(shown.value) !== event.metadata) {
    return E.left({ _tag: 'InvalidEvent', why: `metadata of ${id} would not come back the same` })
  }
  const data = parsed(event.data)
  return E.right(
    data !== undefined && isObject(data.value) && JSON.stringify(data.value) === event.data
      ? { id, type, contentType: 'application/json', data: { ...data.value }, metadata }
      : {
          id,
          type,
          contentType: 'application/octet-stream',
          data: utf8.encode(event.data),
          metadata,
        },
  )
}

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** A stored event, its texts as they were before the client parsed them. */
export const recordedEventOf = (
  event: ClientEvent | AllStreamRecordedEvent,
): RecordedEvent | undefined => {
  const { streamId, id, type, revision, position } = event
  return position === undefined
    ? undefined
    : {
        id,
        type,
        // What is said to be JSON and cannot be parsed comes as it is.
        data: typeof event.data === 'string' ? event.data : textOf(event.data),
        metadata: event.metadata === undefined ? '' : textOf(event.metadata),
        stream: streamId,
        revision,
        position: position.commit,
      }
}

/** Bytes are what the client did not parse, or could not. */
const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : JSON.stringify(value)
