import * as E from 'fp-ts/Either'
import type { Recorded, StreamItem } from '../../../domain/events'
import type { RecordedEvent } from '../../ports/event-store'
import { eventShapes } from './event-shapes'
import { isObject, type Shape } from './shape'
import { metadataShape, restoredMetadata, type StoredMetadata } from './stored-metadata'
import { upcast, upcasting, type RawEvent, type Upcasting } from './upcasters'

/**
 * Why a stored event cannot be understood, in descending precedence.
 *
 * - `BrokenJson`: data or metadata is no JSON object.
 * - `UnknownSchema`: written by a newer version, or by none that we know.
 * - `UnknownType`: no event type of ours.
 * - `WrongShape`: a field is missing, of the wrong kind, or unknown; `problem` names it.
 */
export type DecodeError = {
  readonly _tag: 'BrokenJson' | 'UnknownSchema' | 'UnknownType' | 'WrongShape'
  readonly problem: string
}

/** Gives the decoder of stored events, strict: what it does not know is an error (R16). */
export const makeDecoder =
  (reads: Upcasting) =>
  (recorded: RecordedEvent): E.Either<DecodeError, Recorded> => {
    const parsed = parsedEvent(recorded)
    if (parsed === undefined) return failed('BrokenJson', 'data or metadata is no JSON object')
    const raw = upcast(reads, parsed)
    if (raw === undefined) return failed('UnknownSchema', unknownSchema(parsed))
    const shape = shapes.get(raw.type)
    if (shape === undefined) return failed('UnknownType', `unknown event type ${raw.type}`)
    const dataProblem = shape.problem(raw.data)
    if (dataProblem !== undefined) return failed('WrongShape', `data${dataProblem}`)
    const metadataProblem = metadataShape.problem(raw.metadata)
    if (metadataProblem !== undefined) return failed('WrongShape', `metadata${metadataProblem}`)
    return E.right(restored(recorded, raw))
  }

/** Gives the domain event that a stored one stands for. */
export const decodeEvent = makeDecoder(upcasting)

/** What a fold is fed for a stored event: the event, or the place of one that is unreadable. */
export const toStreamItem = (recorded: RecordedEvent): StreamItem => {
  const decoded = decodeEvent(recorded)
  if (E.isRight(decoded)) return decoded.right
  const { stream, revision, position } = recorded
  return { type: 'Unreadable', stream, revision, position, problem: decoded.left.problem }
}

const shapes: ReadonlyMap<string, Pick<Shape<never>, 'problem'>> = new Map(
  Object.entries(eventShapes),
)

const failed = (tag: DecodeError['_tag'], problem: string): E.Either<DecodeError, never> =>
  E.left({ _tag: tag, problem })

const unknownSchema = (event: RawEvent): string =>
  `unknown schema version ${JSON.stringify(event.metadata['schema'])}`

const parsedEvent = (recorded: RecordedEvent): RawEvent | undefined => {
  try {
    const data: unknown = JSON.parse(recorded.data)
    const metadata: unknown = JSON.parse(recorded.metadata)
    return isObject(data) && isObject(metadata)
      ? { type: recorded.type, data, metadata }
      : undefined
  } catch {
    return undefined
  }
}

/** The one place where a checked event gets its domain type; its shape was checked just before. */
const restored = (recorded: RecordedEvent, raw: RawEvent): Recorded =>
  ({
    type: raw.type,
    data: raw.data,
    id: recorded.id,
    stream: recorded.stream,
    revision: recorded.revision,
    position: recorded.position,
    metadata: restoredMetadata(raw.metadata as unknown as StoredMetadata),
  }) as Recorded
