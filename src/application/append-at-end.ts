import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { emptyHead, headOf, type StreamHead } from '../adapters/codec'
import type { AppendError, ReadError } from '../ports/event-store'
import { appendDrafts, type AppendedDrafts, type DecidedAppend } from './append-drafts'
import type { LedgerParts } from './ledger-parts'

/** Events for the end of a stream, wherever that is: `exists` wants at least one event there. */
export type AppendAtEnd = Omit<DecidedAppend, 'head'> & {
  readonly stream: string
  readonly expected: 'any' | 'exists'
}

/** Why nothing was appended at the end of a stream. */
export type AppendAtEndError = AppendError | { readonly _tag: 'NoStream'; readonly stream: string }

const conflictsMax = 200

/** Appends to a stream that is not decided on: at its head, and again when that has moved on. */
export const appendAtEnd =
  (
    parts: LedgerParts,
    { stream, expected, ...decided }: AppendAtEnd,
  ): TE.TaskEither<AppendAtEndError, AppendedDrafts> =>
  async () => {
    for (let tries = 0; tries < conflictsMax; tries += 1) {
      const head = await readHead(parts, stream)
      if (E.isLeft(head)) return head
      if (expected === 'exists' && head.right.revision === 'no_stream') {
        return E.left({ _tag: 'NoStream', stream })
      }
      const appended = await appendDrafts(parts, { ...decided, head: head.right })
      if (E.isRight(appended) || appended.left._tag !== 'Conflict') return appended
      await parts.sleepMs(Math.random() * Math.min(tries, 20))
    }
    return E.left({ _tag: 'Unavailable', why: `${conflictsMax} appends in a row were outrun` })
  }

const readHead = async (
  parts: LedgerParts,
  stream: string,
): Promise<E.Either<ReadError, StreamHead>> => {
  const page = await parts.store.readStream({
    stream,
    direction: 'backwards',
    from: 'end',
    limit: 1,
  })()
  if (E.isLeft(page)) return page
  const [newest] = page.right.events
  return E.right(newest === undefined ? emptyHead(stream) : headOf(newest))
}
