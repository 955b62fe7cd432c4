import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import * as E from 'fp-ts/Either'

/** Why a command cannot be run, with the exit code that shells use for it. */
export type CommandError =
  | { readonly _tag: 'CommandNotFound'; readonly exitCode: 127 }
  | { readonly _tag: 'CommandNotExecutable'; readonly exitCode: 126 }

/** The executable that a command names, looked for as execvp(3) does; an absolute path. */
export const findCommand = (name: string, path: string): E.Either<CommandError, string> => {
  const files = name.includes('/')
    ? [resolve(name)]
    : path.split(delimiter).map((folder) => resolve(join(folder === '' ? '.' : folder, name)))
  const states = name === '' ? [] : files.map((file) => ({ file, state: stateOf(file) }))
  const runnable = states.find(({ state }) => state === 'runnable')
  if (runnable !== undefined) return E.right(runnable.file)
  return states.some(({ state }) => state === 'present')
    ? E.left({ _tag: 'CommandNotExecutable', exitCode: 126 })
    : E.left({ _tag: 'CommandNotFound', exitCode: 127 })
}

const stateOf = (file: string): 'absent' | 'present' | 'runnable' => {
  try {
    if (!statSync(file).isFile()) return 'present'
  } catch {
    return 'absent'
  }
  try {
    accessSync(file, constants.X_OK)
    return 'runnable'
  } catch {
    return 'present'
  }
}
