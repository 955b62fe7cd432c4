import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { LedgerEvent, Metadata } from '../../../domain/events'
import type { AppendError, SealedEvent } from '../../ports/event-store'
import { canonicalJson, isStorableText } from './canonical-json'
import { eventHash, type StreamHead } from './event-chain'
import { eventShapes } from './event-shapes'
import { isEventId } from './event-ids'
import { metadataShape, storedMetadata } from './stored-metadata'

/** The envelope of an event that is not yet chained to the one before it. */
export type Envelope = Omit<Metadata, 'prev' | 'more'>

/** An event that is not yet chained to the one before it. */
export type UnsealedEvent = LedgerEvent & { readonly id: string; readonly metadata: Envelope }

/** Events ready for an append at the revision of the head that they were sealed against. */
export type Sealed = {
  readonly events: NonEmptyArray<SealedEvent>
  /** Where the stream ends once they are stored. */
  readonly head: StreamHead & { readonly revision: bigint }
}

/** An event that would not read back as it was written; nothing was sealed. */
export type SealError = Extract<AppendError, { _tag: 'InvalidEvent' }>

/** Chains events to the head of their stream and gives them the form that stores keep. */
export const sealEvents = (
  head: StreamHead,
  events: NonEmptyArray<UnsealedEvent>,
): E.Either<SealError, Sealed> => {
  const sealed: SealedEvent[] = []
  let revision = head.revision === 'no_stream' ? -1n : head.revision
  let hash = head.hash
  if (!isStorableText(head.stream)) return invalid('a stream name with a lone surrogate or NUL')
  for (const [index, event] of events.entries()) {
    const next = sealEvent(event, { prev: hash, more: events.length - 1 - index })
    if (E.isLeft(next)) return invalid(`${event.type}${next.left}`)
    revision += 1n
    hash = eventHash({ ...next.right, stream: head.stream, revision })
    sealed.push(next.right)
  }
  const [first, ...rest] = sealed
  return first === undefined
    ? invalid('no event')
    : E.right({ events: [first, ...rest], head: { stream: head.stream, revision, hash } })
}

const invalid = (why: string): E.Either<SealError, never> => E.left({ _tag: 'InvalidEvent', why })

/** The hash of the event before, and how many of the same append follow. */
type Place = { readonly prev: string; readonly more: number }

/** What cannot be decoded again is refused here: in a stream it would close the link (R16). */
const sealEvent = (event: UnsealedEvent, place: Place): E.Either<string, SealedEvent> => {
  const { prev, more } = place
  const stored = storedMetadata({ ...event.metadata, ...(more === 0 ? {} : { more }), prev })
  const problem =
    (isEventId(event.id) ? undefined : '.id: a lower-case UUID wanted') ??
    prefixed('.data', eventShapes[event.type].problem(event.data)) ??
    prefixed('.metadata', metadataShape.problem(stored))
  if (problem !== undefined) return E.left(problem)
  const data = canonicalJson(event.data)
  if (E.isLeft(data)) return data
  const metadata = canonicalJson(stored)
  if (E.isLeft(metadata)) return metadata
  return E.right({ id: event.id, type: event.type, data: data.right, metadata: metadata.right })
}

const prefixed = (place: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${place}${problem}`
