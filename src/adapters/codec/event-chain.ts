import { hash } from 'node:crypto'
import type { ExpectedRevision, RecordedEvent, SealedEvent } from '../../ports/event-store'
import { jsonText } from './canonical-json'

/** Where a stream ends: the next event is chained to `hash` (64 zeros while the stream is empty). */
export type StreamHead = {
  readonly stream: string
  readonly revision: ExpectedRevision
  readonly hash: string
}

/** What the hash of an event covers; `data` and `metadata` are RFC 8785 texts. */
export type ChainLink = Pick<
  RecordedEvent,
  'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata'
>

/** What `prev` of a stream's first event is. */
export const hashBeforeFirst = '0'.repeat(64)

const hashedPrefix = 'open-interval/event/v1\n'

/** The head of a stream that has no events yet. */
export const emptyHead = (stream: string): StreamHead => ({
  stream,
  revision: 'no_stream',
  hash: hashBeforeFirst,
})

/** The head of a stream whose newest event is this one. */
export const headOf = (newest: ChainLink): StreamHead => ({
  stream: newest.stream,
  revision: newest.revision,
  hash: eventHash(newest),
})

/**
 * The hex SHA-256 that chains the next event to this one. RFC 8785 texts of the parts make the text
 * of the whole, because its keys are in order and contain nothing that depends on their place.
 */
export const eventHash = (link: ChainLink): string => sealedHash(link.stream, link.revision, link)

/** {@link eventHash} of an event that is not yet at its place. */
export const sealedHash = (
  stream: string,
  revision: bigint,
  { id, type, data, metadata }: SealedEvent,
): string =>
  hash(
    'sha256',
    `${hashedPrefix}{"data":${data},"id":${jsonText(id)},"metadata":${metadata}` +
      `,"revision":"${revision}","stream":${jsonText(stream)},"type":${jsonText(type)}}`,
  )
