import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { LedgerEvent, Metadata } from '../../../domain/events'
import type { AppendError, SealedEvent } from '../../ports/event-store'
import { canonicalWriter, isStorableText } from './canonical-json'
import { sealedHash, type StreamHead } from './event-chain'
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
  const textOf = canonicalWriter()
  for (const [index, event] of events.entries()) {
    const next = sealEvent(event, { prev: hash, more: events.length - 1 - index, textOf })
    if (E.isLeft(next)) return invalid(`${event.type}${next.left}`)
    revision += 1n
    hash = sealedHash(head.stream, revision, next.right)
    sealed.push(next.right)
  }
  const [first, ...rest] = sealed
  return first === undefined
    ? invalid('no event')
    : E.right({ events: [first, ...rest], head: { stream: head.stream, revision, hash } })
}

const invalid = (why: string): E.Either<SealError, never> => E.left({ _tag: 'InvalidEvent', why })

/** The hash of the event before, how many of the same append follow, and what writes both. */
type Place = {
  readonly prev: string
  readonly more: number
  readonly textOf: ReturnType<typeof canonicalWriter>
}

/** What cannot be decoded again is refused here: in a stream it would close the link (R16). */
const sealEvent = (event: UnsealedEvent, place: Place): E.Either<string, SealedEvent> => {
  const { prev, more, textOf } = place
  const stored = storedMetadata(event.metadata, prev, more)
  const problem =
    (isEventId(event.id) ? undefined : '.id: a lower-case UUID wanted') ??
    prefixed('.data', eventShapes[event.type].problem(event.data)) ??
    prefixed('.metadata', metadataShape.problem(stored))
  if (problem !== undefined) return E.left(problem)
  const data = textOf(event.data)
  if (E.isLeft(data)) return data
  const metadata = textOf(stored)
  if (E.isLeft(metadata)) return metadata
  return E.right({ id: event.id, type: event.type, data: data.right, metadata: metadata.right })
}

const prefixed = (place: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${place}${problem}`
