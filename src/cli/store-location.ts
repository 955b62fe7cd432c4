import * as E from 'fp-ts/Either'
import { join, resolve } from 'node:path'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** Where the ledger is; `from` says which setting named it. */
export type StoreLocation = { readonly path: string; readonly from: string }

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
  const [folder, from] = stateFolder(env, isRoot)
  return E.right({ path: join(folder, 'ledger.db'), from })
}

const stateFolder = (env: Environment, isRoot: boolean): readonly [string, string] => {
  // systemd gives a list separated by colons; the first is StateDirectory's own.
  const [ofService] = (env['STATE_DIRECTORY'] ?? '').split(':')
  if (ofService !== undefined && ofService !== '') return [ofService, 'STATE_DIRECTORY']
  if (isRoot) return ['/var/lib/open-interval', 'the default for root']
  const state = env['XDG_STATE_HOME'] ?? ''
  return [
    join(state === '' ? join(env['HOME'] ?? '/', '.local', 'state') : state, 'open-interval'),
    'the default',
  ]
}

const named = (store: string, from: string): E.Either<CliFailure, StoreLocation> => {
  if (/^esdb(\+discover)?:/u.test(store)) {
    const message = `${from}: EventStoreDB is not supported by this version; use sqlite:<path>`
    return E.left(cliFailure(exitCodes.usage, message))
  }
  const path = store.startsWith('sqlite:') ? store.slice('sqlite:'.length) : store
  return path === ''
    ? E.left(cliFailure(exitCodes.usage, `${from} names no file: give sqlite:<path>`))
    : E.right({ path: resolve(path), from })
}
