import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { DraftEvent } from '../../domain/events'
import type { ClockReading } from '../../domain/time'
import { outcomeId, sealEvents, type StreamHead, type UnsealedEvent } from '../adapters/codec'
import type { AppendError, Appended } from '../ports/event-store'
import { appendUntilKnown } from './append-until-known'
import type { LedgerParts } from './ledger-parts'

/** Decided events, when they were learned of, and the head that they were decided against. */
export type DecidedAppend = {
  readonly drafts: NonEmptyArray<DraftEvent>
  readonly occurred: ClockReading
  readonly head: StreamHead
  readonly source: 'gate' | 'record'
  readonly stated: string | null
  /** A reading that was taken after that head had been read; without one, one is taken now. */
  readonly readThen?: ClockReading
}

/** What was appended, and the reading that proves its age (R13). */
export type AppendedDrafts = Appended & { readonly appended: ClockReading }

/**
 * Seals decided events against the head they were decided on and appends them there. While the
 * outcome is unknown the same bytes are appended again at the same revision, never elsewhere (R1).
 * Then only success or a conflict settles it: that a repetition failed says nothing of the first.
 */
export const appendDrafts = async (
  parts: LedgerParts,
  decided: DecidedAppend,
): Promise<E.Either<AppendError, AppendedDrafts>> => {
  const appended = decided.readThen ?? parts.clock.read()
  const unsealed = unsealedOf(parts, decided, appended)
  const sealed = sealEvents(decided.head, unsealed)
  if (E.isLeft(sealed)) return sealed
  const result = await appendUntilKnown(parts, decided.head, sealed.right.events)
  return E.isLeft(result) ? result : E.right({ ...result.right, appended })
}

const unsealedOf = (
  parts: LedgerParts,
  { drafts, occurred, source, stated }: DecidedAppend,
  appended: ClockReading,
): NonEmptyArray<UnsealedEvent> => {
  const unsealed = (draft: DraftEvent): UnsealedEvent => {
    const { idFrom: _idFrom, attempt, ...event } = draft
    return {
      ...event,
      id: idOf(parts, draft, occurred),
      metadata: {
        schema: 1,
        occurred,
        appended,
        host: parts.host,
        source: { kind: source },
        actor: parts.actor,
        ...(attempt === undefined ? {} : { attempt }),
        ...(stated === null ? {} : { stated }),
      },
    }
  }
  const [first, ...rest] = drafts
  return [unsealed(first), ...rest.map(unsealed)]
}

const idOf = (parts: LedgerParts, draft: DraftEvent, occurred: ClockReading): string => {
  const { attempt } = draft
  if (draft.idFrom === 'random' || attempt === undefined) return parts.newId()
  const code = 'code' in draft.data ? draft.data.code : null
  return draft.idFrom === 'attempt'
    ? attempt
    : outcomeId({ attempt, type: draft.type, code, occurred })
}
