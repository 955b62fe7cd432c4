import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { Appended, AppendError, ExpectedRevision, SealedEvent } from '../../ports/event-store'
import { firstRevision, repeatedOrConflict } from '../codec'
import type { Operations } from './operations'

/** One append, as asked for. */
export type WantedAppend = {
  readonly stream: string
  readonly expected: ExpectedRevision
  readonly events: NonEmptyArray<SealedEvent>
}

/** The answer to one append. */
export type AppendAnswer = E.Either<AppendError, Appended>

/** Appends inside the write transaction that the caller holds, or says why it must not. */
export const appendEvents = (operations: Operations, wanted: WantedAppend): AppendAnswer => {
  const found = operations.findStream(wanted.stream)
  const actual: ExpectedRevision = found === undefined ? 'no_stream' : BigInt(found.revision)
  if (actual !== wanted.expected) return answerFromStored(operations, wanted)
  const stream = found?.id ?? operations.insertStream(wanted.stream)
  let revision = Number(firstRevision(actual))
  let position = 0n
  for (const event of wanted.events) {
    position = operations.insertEvent({ stream, revision }, event)
    revision += 1
  }
  return E.right({ revision: BigInt(revision - 1), position, repeated: false })
}

/** The answer that follows from what is stored: it is there already, or there is a conflict. */
export const answerFromStored = (operations: Operations, wanted: WantedAppend): AppendAnswer => {
  const found = operations.findStream(wanted.stream)
  const from = firstRevision(wanted.expected)
  const stored =
    found === undefined
      ? []
      : operations.findIds({ stream: found.id, from, limit: wanted.events.length })
  const actual: ExpectedRevision = found === undefined ? 'no_stream' : BigInt(found.revision)
  const answer = repeatedOrConflict({ stream: wanted.stream, actual, stored }, wanted.events)
  return 'repeated' in answer ? E.right(answer.repeated) : E.left(answer.conflict)
}
