import * as E from 'fp-ts/Either'
import { isNonEmpty } from 'fp-ts/Array'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { CopyTarget } from '../ports/copy-target'
import { eventBytesMax, type AppendError, type RecordedEvent } from '../ports/event-store'
import { appendUntilKnown } from './append-until-known'
import type { CopyError } from './copy-errors'

/** Most events, and most bytes of them, in one append. */
const runEventsMax = 200
const runBytesMax = 2 * eventBytesMax

type Run = NonEmptyArray<RecordedEvent>

/**
 * Appends events to the target as they are, in their order. Neighbours in one stream go in one
 * append; what is there already at its revision is recognised by its ids, so nothing is added twice.
 */
export const copyAppends = async (
  target: Pick<CopyTarget, 'store' | 'appendsAtOnce'>,
  sleepMs: (ms: number) => Promise<void>,
  events: ReadonlyArray<RecordedEvent>,
): Promise<E.Either<CopyError, void>> => {
  const runs = runsOf(events)
  for (let at = 0; at < runs.length; at += target.appendsAtOnce) {
    const together = runs.slice(at, at + target.appendsAtOnce)
    const answers = await Promise.all(
      together.map((run) =>
        appendUntilKnown({ store: target.store, sleepMs }, headBefore(run), run),
      ),
    )
    for (const [index, answer] of answers.entries()) {
      const run = together[index]
      if (E.isLeft(answer) && run !== undefined) return E.left(errorOf(answer.left, run))
    }
  }
  return E.right(undefined)
}

const headBefore = ([{ stream, revision }]: Run) => ({
  stream,
  revision: revision === 0n ? ('no_stream' as const) : revision - 1n,
  hash: '',
})

const errorOf = (error: AppendError, [{ stream, revision }]: Run): CopyError =>
  error._tag === 'Conflict'
    ? { _tag: 'TargetDiffers', stream, revision }
    : { _tag: 'TargetFailed', error }

const runsOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<Run> => {
  const runs: Run[] = []
  let run: RecordedEvent[] = []
  let bytes = 0
  const end = (): void => {
    if (isNonEmpty(run)) runs.push(run)
    run = []
    bytes = 0
  }
  for (const event of events) {
    const size = Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata)
    const isFull = run.length >= runEventsMax || bytes + size > runBytesMax
    if (isFull || run.at(-1)?.stream !== event.stream) end()
    run.push(event)
    bytes += size
  }
  end()
  return runs
}
