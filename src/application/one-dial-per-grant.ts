import { commandNameOf, type DialerKind } from './dialer-kinds'

/** A dialer that would redial or detach by itself: why it is refused, and what to add instead. */
export type ManyDials = { readonly why: string; readonly add: string }

/** A command as it is to be run, and what its exit is taken for. */
export type PlannedCommand = {
  readonly kind: DialerKind
  readonly command: readonly [name: string, ...args: ReadonlyArray<string>]
  readonly isOneshot: boolean
}

/**
 * Why a command would not be one dial under one grant; null: nothing is known against it.
 *
 * NOTE options in files are not read. Those on the command line override them where they come last,
 * so they must (pppd(8) on `call` and `file`, openvpn(8) on `--config`; read 2026-08).
 */
export const manyDialsOf = (planned: PlannedCommand): ManyDials | null => {
  const [command, ...args] = planned.command
  switch (commandNameOf(command)) {
    case 'wvdial':
      return { why: 'wvdial redials by itself', add: 'dial with pppd and chat' }
    case 'autossh':
      return { why: 'autossh redials by itself', add: 'dial with ssh' }
  }
  if (planned.kind === 'pppd') return pppdProblem(args, planned.isOneshot)
  return planned.kind === 'openvpn' ? openvpnProblem(args) : null
}

/**
 * Options that keep a command one dial and that its user need not know of, to be added at its end.
 *
 * `--connect-retry-max 1` bounds what openvpn does before a session. After one it dials twice more
 * (2.6.14, when its TCP server is killed), and with `--auth-retry nointeract` every 10 s for ever.
 */
export const addedOptionsOf = ({ kind, command }: PlannedCommand): ReadonlyArray<string> => {
  const [, ...args] = command
  if (kind !== 'openvpn') return []
  const at = args.lastIndexOf('--remap-usr1')
  const isLast = at >= afterLast(args, ['--config'])
  return at >= 0 && args[at + 1] === 'SIGTERM' && isLast ? [] : ['--remap-usr1', 'SIGTERM']
}

const pppdProblem = (args: ReadonlyArray<string>, isOneshot: boolean): ManyDials | null => {
  const own = args.slice(afterLast(args, ['call', 'file']))
  const detaching = own.findLast((word) => pppdDetaching.has(word))
  const stays = detaching === 'nodetach' || detaching === '-detach'
  const lasting = own.findLast((word) => pppdLasting.has(word))
  const missing = [
    ...(stays || (isOneshot && detaching === 'updetach')
      ? []
      : [isOneshot ? 'updetach' : 'nodetach']),
    ...(lasting === 'nopersist' ? [] : ['nopersist']),
  ]
  if (missing.length === 0) return null
  const what = missing.includes('nopersist') ? 'redial' : 'leave its supervisor'
  return { why: `pppd may ${what} by itself`, add: `${missing.join(' ')} as its last options` }
}

const pppdDetaching: ReadonlySet<string> = new Set(['nodetach', '-detach', 'updetach'])
// `demand` implies `persist` unless `nopersist` comes after it.
const pppdLasting: ReadonlySet<string> = new Set(['persist', 'nopersist', 'demand'])

const openvpnProblem = (args: ReadonlyArray<string>): ManyDials | null => {
  if (args.includes('--daemon')) {
    return { why: 'openvpn --daemon leaves its supervisor', add: 'nothing: leave --daemon out' }
  }
  const at = args.lastIndexOf('--connect-retry-max')
  const isLast = at >= afterLast(args, ['--config'])
  return at >= 0 && args[at + 1] === '1' && isLast
    ? null
    : { why: 'openvpn redials by itself', add: '--connect-retry-max 1 after its configuration' }
}

const afterLast = (args: ReadonlyArray<string>, words: ReadonlyArray<string>): number =>
  args.findLastIndex((word) => words.includes(word)) + 1
