import * as E from 'fp-ts/Either'
import { checkpointText, parseCheckpoint, type Checkpoint } from '../application/checkpoint'
import { checkpointFile as textFile } from '../application/checkpoint-file'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** A file that tells how far a subscriber has come. */
export type CheckpointFile = {
  /** Null where there is no file yet. */
  readonly load: () => E.Either<CliFailure, Checkpoint | null>
  readonly save: (checkpoint: Checkpoint) => E.Either<CliFailure, void>
}

/** The file at a path; it is replaced as a whole, so that a crash leaves the old one or the new one. */
export const checkpointFile = (path: string): CheckpointFile => {
  const file = textFile(path)
  return {
    load: () => {
      const text = file.load()
      if (E.isLeft(text)) return bad(text.left.why)
      if (text.right === null) return E.right(null)
      const parsed = parseCheckpoint(text.right)
      return E.isRight(parsed)
        ? parsed
        : bad(`${path}: no checkpoint of ours; move it away to begin at the start`)
    },
    save: (checkpoint) => {
      const saved = file.save(checkpointText(checkpoint))
      return E.isLeft(saved) ? E.left(cliFailure(exitCodes.cannotCreate, saved.left.why)) : saved
    },
  }
}

const bad = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.badInput, message))
