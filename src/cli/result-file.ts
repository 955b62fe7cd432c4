import * as E from 'fp-ts/Either'
import { closeSync, fstatSync, openSync, writeFileSync } from 'node:fs'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** Where one JSON document goes; opened before anything is done that it would tell of. */
export type ResultFile = { readonly write: (document: unknown) => void }

/** Opens what `--result` names: a file, or an open descriptor as `fd:N`; undefined: none. */
export const openResultFile = (name: string | undefined): E.Either<CliFailure, ResultFile> => {
  if (name === undefined) return E.right({ write: () => undefined })
  const inherited = /^fd:(\d{1,4})$/u.exec(name)?.[1]
  try {
    const descriptor = inherited === undefined ? openSync(name, 'w') : Number(inherited)
    fstatSync(descriptor)
    return E.right({
      write: (document) => {
        writeFileSync(descriptor, `${JSON.stringify(document)}\n`)
        if (inherited === undefined) closeSync(descriptor)
      },
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return E.left(cliFailure(exitCodes.cannotCreate, `--result ${name}: ${why}`))
  }
}
