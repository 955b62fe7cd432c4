import * as E from 'fp-ts/Either'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

/** Why a file that keeps a checkpoint could not be read or replaced. */
export type CheckpointFileError = {
  readonly _tag: 'CheckpointUnavailable'
  readonly why: string
}

/** A file that keeps one checkpoint as a text. */
export type CheckpointFile = {
  /** Null where there is no file yet. */
  readonly load: () => E.Either<CheckpointFileError, string | null>
  readonly save: (text: string) => E.Either<CheckpointFileError, void>
}

/** The file at a path; it is replaced as a whole, so that a crash leaves the old one or the new one. */
export const checkpointFile = (path: string): CheckpointFile => ({
  load: () => {
    try {
      return E.right(readFileSync(path, 'utf8'))
    } catch (cause) {
      return codeOf(cause) === 'ENOENT' ? E.right(null) : E.left(unavailable(path, cause))
    }
  },
  save: (text) =>
    E.tryCatch(
      () => replaceFile(path, `${text}\n`),
      (cause) => unavailable(path, cause),
    ),
})

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

const unavailable = (path: string, cause: unknown): CheckpointFileError => ({
  _tag: 'CheckpointUnavailable',
  why: `${path}: ${String(cause)}`,
})

const codeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
