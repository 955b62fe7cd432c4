import * as E from 'fp-ts/Either'
import type { RecordedEvent } from '../ports/event-store'

/** An event as one line of NDJSON; whole numbers are decimal strings. */
export const eventLine = (event: RecordedEvent): string =>
  `${JSON.stringify({
    position: event.position.toString(),
    stream: event.stream,
    revision: event.revision.toString(),
    id: event.id,
    type: event.type,
    data: parsed(event.data),
    metadata: parsed(event.metadata),
  })}\n`

/** A stored text as JSON, or as it is when it is none: `events` shows damage, it does not hide it. */
const parsed = (text: string): unknown => {
  const result = E.tryCatch(
    (): unknown => JSON.parse(text),
    () => text,
  )
  return E.isLeft(result) ? result.left : result.right
}
