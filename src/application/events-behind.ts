import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { Recorded, StreamItem } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import { streamOfLink } from '../../domain/link-id'
import { toStreamItem } from '../adapters/codec'
import type { ReadError } from '../ports/event-store'
import type { LedgerParts } from './ledger-parts'

/** What keeps a link closed: ids of open windows and of the open attempt, and whether it is held. */
export type Reasons = {
  readonly ids: ReadonlySet<string>
  readonly held: boolean
  /** The last revision to look at: what came later is not known at the time that is asked for. */
  readonly until: bigint
}

/** How far back the events behind a refusal are searched. */
const eventsSearched = 200

/** The events that keep a link closed, oldest first: grants, evidence, settlements, overrides. */
export const eventsBehind = (
  parts: LedgerParts,
  link: LinkId,
  reasons: Reasons,
): TE.TaskEither<ReadError, ReadonlyArray<Recorded>> =>
  reasons.until < 0n
    ? TE.right([])
    : pipe(
        parts.store.readStream({
          stream: streamOfLink(link),
          direction: 'backwards',
          from: reasons.until,
          limit: eventsSearched,
        }),
        TE.map(({ events }) =>
          events
            .map(toStreamItem)
            .filter((item): item is Recorded => isBehind(item, reasons))
            .toReversed(),
        ),
      )

const isBehind = (item: StreamItem, { ids, held }: Reasons): boolean => {
  if (item.type === 'Unreadable') return false
  switch (item.type) {
    case 'LinkHeld':
      return held
    case 'WindowWaived':
      return ids.has(item.data.windowId)
    default:
      return (
        ids.has(item.id) ||
        ids.has(item.metadata.attempt ?? '') ||
        ('episode' in item.data && ids.has(item.data.episode ?? ''))
      )
  }
}
