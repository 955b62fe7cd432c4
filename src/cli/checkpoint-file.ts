import * as E from 'fp-ts/Either'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { checkpointText, parseCheckpoint, type Checkpoint } from '../application/checkpoint'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** A file that tells how far a subscriber has come. */
export type CheckpointFile = {
  /** Null where there is no file yet. */
  readonly load: () => E.Either<CliFailure, Checkpoint | null>
  readonly save: (checkpoint: Checkpoint) => E.Either<CliFailure, void>
}

/** The file at a path; it is replaced as a whole, so that a crash leaves the old one or the new one. */
export const checkpointFile = (path: string): CheckpointFile => ({
  load: () => {
    const text = textOf(path)
    if (E.isLeft(text)) return text
    if (text.right === null) return E.right(null)
    const parsed = parseCheckpoint(text.right)
    return E.isRight(parsed)
      ? parsed
      : bad(`${path}: no checkpoint of ours; move it away to begin at the start`)
  },
  save: (checkpoint) =>
    E.tryCatch(
      () => replaceFile(path, `${checkpointText(checkpoint)}\n`),
      (cause) => failure(path, cause, exitCodes.cannotCreate),
    ),
})

const textOf = (path: string): E.Either<CliFailure, string | null> => {
  try {
    return E.right(readFileSync(path, 'utf8'))
  } catch (cause) {
    return codeOf(cause) === 'ENOENT'
      ? E.right(null)
      : E.left(failure(path, cause, exitCodes.badInput))
  }
}

const replaceFile = (path: string, text: string): void => {
  const fresh = `${path}.new`
  const file = openSync(fresh, 'w')
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(fresh, path)
}

const bad = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.badInput, message))

const failure = (path: string, cause: unknown, exitCode: CliFailure['exitCode']): CliFailure =>
  cliFailure(exitCode, `${path}: ${String(cause)}`)

const codeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
