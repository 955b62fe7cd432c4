import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AppendResult, EventData } from '@eventstore/db-client'
import type { AppendError, Appended, ExpectedRevision, SealedEvent } from '../../ports/event-store'
import { firstRevision, unstorable } from '../codec'
import { appendErrorOf } from './append-error'
import { clientEventOf } from './event-text'
import { failureOf, spoilsClient } from './failure'
import { within } from './own-timer'
import type { StoreParts } from './store-parts'

/** An append as it was asked for. */
export type WantedAppend = {
  readonly stream: string
  readonly expected: ExpectedRevision
  readonly events: NonEmptyArray<SealedEvent>
}

/** Bytes that the server takes in one append; more in one are split by who appends, or refused. */
const appendBytesMax = 1024 * 1024

/**
 * The server's deadline: far away, because it is a time of day by this host's clock, and a server
 * whose clock is ahead of that would refuse everything.
 */
const deadlineMs = 864_000_000

/** How often one append follows a change of leader. */
const leadersMax = 5
const leaderPauseMs = 20

/** Appends to one stream of the server's, whichever node leads. */
export const append = async (
  parts: StoreParts,
  wanted: WantedAppend,
): Promise<E.Either<AppendError, Appended>> => {
  const refused = unstorable(wanted.stream, wanted.events) ?? oversized(wanted.events)
  if (refused !== undefined) return E.left(refused)
  const events: EventData[] = []
  for (const sealed of wanted.events) {
    const event = clientEventOf(sealed)
    if (E.isLeft(event)) return event
    events.push(event.right)
  }
  const isKnownBehind = parts.ends.isBehind(wanted.stream, wanted.expected)
  const result = await appendToLeader(parts, wanted, events)
  if (E.isLeft(result)) return result
  parts.ends.saw(wanted.stream, result.right.nextExpectedRevision)
  parts.appended()
  return appendedOf(wanted, result.right, isKnownBehind)
}

const oversized = (events: ReadonlyArray<SealedEvent>): AppendError | undefined => {
  const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0)
  return bytes > appendBytesMax ? { _tag: 'TooLarge', bytes, bytesMax: appendBytesMax } : undefined
}

const bytesOf = ({ data, metadata }: SealedEvent): number =>
  Buffer.byteLength(data) + Buffer.byteLength(metadata)

/**
 * Sends the same events to the same revision until a node that leads has answered. A node that leads
 * no more may have committed them before, so only success and conflict settle what came after that.
 */
const appendToLeader = async (
  parts: StoreParts,
  wanted: WantedAppend,
  events: ReadonlyArray<EventData>,
): Promise<E.Either<AppendError, AppendResult>> => {
  let uncertain: AppendError | undefined
  for (let leaders = 0; ; leaders += 1) {
    const client = await parts.clients.current()
    try {
      const options = {
        expectedRevision: wanted.expected,
        requiresLeader: true,
        deadline: deadlineMs,
      }
      const sent = client.appendToStream(wanted.stream, [...events], options)
      return E.right(await within(parts.patience.appendMs, sent))
    } catch (cause) {
      if (spoilsClient(cause)) parts.clients.replace(client)
      const error = appendErrorOf(wanted.stream, cause)
      if (error._tag === 'Conflict') parts.ends.saw(wanted.stream, error.actual)
      if (failureOf(cause) !== 'not-leader' || leaders === leadersMax) {
        return E.left(error._tag === 'Conflict' ? error : (uncertain ?? error))
      }
      uncertain = error
    }
    await sleep(leaderPauseMs)
  }
}

const appendedOf = (
  { stream, expected, events }: WantedAppend,
  { nextExpectedRevision, position }: AppendResult,
  repeated: boolean,
): E.Either<AppendError, Appended> => {
  const revision = firstRevision(expected) + BigInt(events.length) - 1n
  if (position === undefined) {
    return E.left({ _tag: 'UnknownOutcome', why: 'the server does not tell where it appended' })
  }
  return nextExpectedRevision === revision
    ? E.right({ revision, position: position.commit, repeated })
    : E.left({
        _tag: 'Corrupt',
        why: `${stream} was deleted before: what was appended went to revision ${nextExpectedRevision}`,
      })
}
