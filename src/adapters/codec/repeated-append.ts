import type { Appended, AppendError, ExpectedRevision, SealedEvent } from '../../ports/event-store'

/** What a store holds where an append wants its events to go. */
export type AppendSite = {
  readonly stream: string
  readonly actual: ExpectedRevision
  /** The events stored from the first wanted revision on, at most as many as are to be appended. */
  readonly stored: ReadonlyArray<{
    readonly id: string
    readonly revision: bigint
    readonly position: bigint
  }>
}

/** The revision that the first event of an append gets. */
export const firstRevision = (expected: ExpectedRevision): bigint =>
  expected === 'no_stream' ? 0n : expected + 1n

/**
 * The answer to an append whose expected revision is not where the stream ends: the original result
 * when all of these events are there, in this order, from that revision on; else a conflict, also
 * when only some are (an append is stored whole or not at all, so those came from elsewhere).
 */
export const repeatedOrConflict = (
  site: AppendSite,
  events: ReadonlyArray<SealedEvent>,
): { readonly repeated: Appended } | { readonly conflict: AppendError } => {
  const last = site.stored[events.length - 1]
  return last !== undefined && events.every((event, index) => event.id === site.stored[index]?.id)
    ? { repeated: { revision: last.revision, position: last.position, repeated: true } }
    : { conflict: { _tag: 'Conflict', stream: site.stream, actual: site.actual } }
}
