import * as E from 'fp-ts/Either'
import { isObject } from '../adapters/codec'
import type { EventStore, ReadError, RecordedEvent } from '../ports/event-store'
import { eventAt } from './event-at'

/**
 * How far a subscriber has come: up to and including one event. Stream and revision find that event
 * again on another store of the same ledger, where it has another position.
 */
export type Checkpoint = {
  readonly ledgerId: string
  readonly position: bigint
  readonly stream: string
  readonly revision: bigint
  readonly eventId: string
}

/**
 * Why a subscription cannot go on from a checkpoint.
 *
 * - `NoCheckpoint`: the text is none of ours.
 * - `ForeignLedger`: it was made on another ledger.
 * - `RolledBack`: its event is not in this ledger (any more): an older backup was put in its place.
 */
export type CheckpointError =
  | { readonly _tag: 'NoCheckpoint'; readonly why: string }
  | { readonly _tag: 'ForeignLedger'; readonly expected: string; readonly found: string }
  | { readonly _tag: 'RolledBack'; readonly checkpoint: Checkpoint }

/** Whether the store could not be read, as opposed to a checkpoint that does not fit it. */
export const isReadError = (error: CheckpointError | ReadError): error is ReadError =>
  error._tag === 'Unavailable' || error._tag === 'Denied' || error._tag === 'Corrupt'

/** The checkpoint right after an event. */
export const checkpointAfter = (ledgerId: string, event: RecordedEvent): Checkpoint => {
  const { position, stream, revision, id } = event
  return { ledgerId, position, stream, revision, eventId: id }
}

/** A checkpoint as one line of JSON, whole numbers as decimal strings. */
export const checkpointText = ({ position, revision, ...rest }: Checkpoint): string =>
  JSON.stringify({ ...rest, position: position.toString(), revision: revision.toString() })

/** The checkpoint that a text of {@link checkpointText} stands for. */
export const parseCheckpoint = (text: string): E.Either<CheckpointError, Checkpoint> => {
  const parsed = E.tryCatch(
    (): unknown => JSON.parse(text),
    () => noCheckpoint('no JSON'),
  )
  if (E.isLeft(parsed)) return parsed
  if (!isObject(parsed.right)) return E.left(noCheckpoint('no JSON object'))
  const { ledgerId, stream, eventId, ...places } = parsed.right
  const [position, revision] = [whole(places['position']), whole(places['revision'])]
  return typeof ledgerId === 'string' &&
    typeof stream === 'string' &&
    typeof eventId === 'string' &&
    position !== undefined &&
    revision !== undefined
    ? E.right({ ledgerId, position, stream, revision, eventId })
    : E.left(noCheckpoint('ledgerId, position, stream, revision and eventId wanted'))
}

const noCheckpoint = (why: string): CheckpointError => ({ _tag: 'NoCheckpoint', why })

const whole = (value: unknown): bigint | undefined =>
  typeof value === 'string' && /^\d{1,18}$/u.test(value) ? BigInt(value) : undefined

/**
 * The position in this store after which a checkpoint's subscriber goes on. A checkpoint that names
 * an event which is not here would silently skip or repeat events, so it is an error.
 */
export const positionOf =
  (store: EventStore, ledgerId: string) =>
  async (checkpoint: Checkpoint): Promise<E.Either<CheckpointError | ReadError, bigint>> => {
    if (checkpoint.ledgerId !== ledgerId) {
      return E.left({ _tag: 'ForeignLedger', expected: ledgerId, found: checkpoint.ledgerId })
    }
    const event = await eventAt(store, checkpoint)
    if (E.isLeft(event)) return event
    return event.right?.id === checkpoint.eventId
      ? E.right(event.right.position)
      : E.left({ _tag: 'RolledBack', checkpoint })
  }
