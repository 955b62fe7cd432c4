import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { LedgerEvent, Metadata } from '../../domain/events'
import { emptyHead, sealEvents, type Envelope, type UnsealedEvent } from '../../src/adapters/codec'
import type { RecordedEvent } from '../../src/ports/event-store'
import { aMetadata, uuidOf } from './event-builders'

const anEnvelope = (overrides: Partial<Metadata> = {}): Envelope => {
  const { prev: _prev, ...envelope } = aMetadata(overrides)
  return envelope
}

/** An event that is ready to be sealed. */
export const anUnsealed = (
  event: LedgerEvent,
  metadata: Partial<Metadata> = {},
): UnsealedEvent => ({ ...event, id: uuidOf(1), metadata: anEnvelope(metadata) })

/** The events as a store gives them back from the start of `link-isp`. */
export const recordedAll = (events: NonEmptyArray<UnsealedEvent>): ReadonlyArray<RecordedEvent> => {
  const sealed = sealEvents(emptyHead('link-isp'), events)
  if (E.isLeft(sealed)) throw new Error(sealed.left.why)
  return sealed.right.events.map((event, index) => ({
    ...event,
    stream: 'link-isp',
    revision: BigInt(index),
    position: BigInt(index + 1),
  }))
}

/** One event as a store gives it back. */
export const recordedOne = (event: UnsealedEvent): RecordedEvent => {
  const [first] = recordedAll([event])
  if (first === undefined) throw new Error('nothing was sealed')
  return first
}
