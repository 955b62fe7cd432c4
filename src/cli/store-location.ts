import * as E from 'fp-ts/Either'
import { join, resolve } from 'node:path'
import { stateFolder } from '../state-folder'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/**
 * Where the ledger is, a file's path or the connection string of a server; `from` says which setting
 * named it.
 */
export type StoreLocation = { readonly from: string } & (
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'eventstoredb'; readonly url: string }
)

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The ledger that a command works on: `--store`, else `OPEN_INTERVAL_STORE`, else `ledger.db` in
 * systemd's `$STATE_DIRECTORY`, else below /var/lib for root, else below `$XDG_STATE_HOME`.
 */
export const storeLocation = (
  option: string | undefined,
  env: Environment,
  isRoot: boolean,
): E.Either<CliFailure, StoreLocation> => {
  if (option !== undefined) return named(option, '--store')
  const fromEnv = env['OPEN_INTERVAL_STORE']
  if (fromEnv !== undefined && fromEnv !== '') return named(fromEnv, 'OPEN_INTERVAL_STORE')
  const { folder, from } = stateFolder(env, isRoot)
  return E.right({ kind: 'sqlite', path: join(folder, 'ledger.db'), from })
}

const named = (store: string, from: string): E.Either<CliFailure, StoreLocation> => {
  if (/^esdb(\+discover)?:/u.test(store)) {
    return E.right({ kind: 'eventstoredb', url: store, from })
  }
  const path = store.startsWith('sqlite:') ? store.slice('sqlite:'.length) : store
  return path === ''
    ? E.left(cliFailure(exitCodes.usage, `${from} names no file: give sqlite:<path>`))
    : E.right({ kind: 'sqlite', path: resolve(path), from })
}
