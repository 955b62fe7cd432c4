import * as E from 'fp-ts/Either'
import type { EvidenceSpool, SpoolError } from '../ports/evidence-spool'
import type { NumberedLink } from './import-log-links'
import { evidenceEvents, streamOfEvidence } from './import-log-events'
import type { ImportedEvent, PlannedPart } from './import-log-events'

/** Events that go to one stream, in the order of their log. */
export type RoundPiece = {
  readonly stream: string
  readonly link: NumberedLink | null
  readonly events: ReadonlyArray<ImportedEvent>
}

/** What is stored at a time: each piece goes to a stream of its own. */
export type Round = ReadonlyArray<RoundPiece>

/**
 * Events and streams of one round: a store may write a round down in one transaction, and others who
 * wait for it meanwhile are not to notice.
 */
const roundEventsMax = 512
const roundStreamsMax = 64

/**
 * Gives the evidence of a part in rounds, link by link, last what names none: as much in memory as
 * one round holds. Ends with the first error of the spool.
 */
export function* roundsOf(
  spool: EvidenceSpool,
  plan: PlannedPart,
): Generator<E.Either<SpoolError, Round>, void> {
  let round: RoundPiece[] = []
  let room = roundEventsMax
  for (const link of [...plan.links, null]) {
    const group = { part: plan.number, link: link?.number ?? null }
    for (let from = 0, isMore = true; isMore;) {
      const read = spool.read({ ...group, from, limit: room })
      if (E.isLeft(read)) {
        yield read
        return
      }
      const count = read.right.length
      const events = evidenceEvents(plan, link, read.right)
      if (count > 0) round.push({ stream: streamOfEvidence(plan, link), link, events })
      isMore = count === room
      from += count
      room -= count
      if (room > 0 && round.length < roundStreamsMax) continue
      yield E.right(round)
      round = []
      room = roundEventsMax
    }
  }
  if (round.length > 0) yield E.right(round)
}
