import { join } from 'node:path'

/** Where a host keeps what belongs to it; `from` says which setting named the folder. */
export type StateFolder = { readonly folder: string; readonly from: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Systemd's `$STATE_DIRECTORY`, else a folder below /var/lib for root, else below `$XDG_STATE_HOME`. */
export const stateFolder = (env: Environment, isRoot: boolean): StateFolder => {
  // systemd gives a list separated by colons; the first is StateDirectory's own.
  const [ofService] = (env['STATE_DIRECTORY'] ?? '').split(':')
  if (ofService !== undefined && ofService !== '') {
    return { folder: ofService, from: 'STATE_DIRECTORY' }
  }
  if (isRoot) return { folder: '/var/lib/open-interval', from: 'the default for root' }
  const state = env['XDG_STATE_HOME'] ?? ''
  const base = state === '' ? join(env['HOME'] ?? '/', '.local', 'state') : state
  return { folder: join(base, 'open-interval'), from: 'the default' }
}
