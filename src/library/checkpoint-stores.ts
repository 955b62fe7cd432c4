import * as E from 'fp-ts/Either'
import { checkpointFile } from '../application/checkpoint-file'
import type { CheckpointStore, Committed } from './subscribe-messages'

/** A store of a user's own as it is, or a file by its path. */
export const checkpointStoreOf = (named: string | CheckpointStore): CheckpointStore =>
  typeof named === 'string' ? fileStore(named) : named

// A foreign store says no by throwing, so this one does, too; both are caught in one place.
const fileStore = (path: string): CheckpointStore => {
  const file = checkpointFile(path)
  return {
    load: () => valueOf(file.load()),
    save: (checkpoint) => valueOf(file.save(checkpoint)),
  }
}

const valueOf = <A>(result: E.Either<{ readonly why: string }, A>): Promise<A> =>
  E.isRight(result) ? Promise.resolve(result.right) : Promise.reject(new Error(result.left.why))

/** Keeps a checkpoint, if there is where; what a store throws is why it is not kept. */
export const commit =
  (kept: CheckpointStore | null, checkpoint: string) => async (): Promise<Committed> => {
    if (kept === null) {
      return { _tag: 'NotCommitted', why: 'subscribe was not told where to: name a `checkpoint`' }
    }
    try {
      await kept.save(checkpoint)
      return { _tag: 'Committed', checkpoint }
    } catch (cause) {
      return { _tag: 'NotCommitted', why: String(cause) }
    }
  }
