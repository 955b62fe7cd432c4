import {
  chatExitCodes,
  chatFirstAbort,
  openvpnExitCodes,
  pppdExitCodes,
  type ExitMeaning,
} from './dialer-exit-codes'

/** The kinds of dialers whose exit codes are known; all else is generic. */
export const dialerKinds = ['pppd', 'chat', 'openvpn', 'generic'] as const

/** One of {@link dialerKinds}. */
export type DialerKind = (typeof dialerKinds)[number]

/** The last part of a command's path. */
export const commandNameOf = (command: string): string => command.split('/').at(-1) ?? command

/** The kind that a command's name says, such as `pppd` for `/usr/sbin/pppd`. */
export const dialerKindOf = (command: string): DialerKind => {
  const name = commandNameOf(command)
  return dialerKinds.find((kind) => kind === name) ?? 'generic'
}

/** What an exit code means for a dialer of a kind. */
export const exitMeaningOf = (kind: DialerKind, code: number): ExitMeaning => {
  switch (kind) {
    case 'pppd':
      return pppdExitCodes.get(code) ?? unknownCode(code)
    case 'chat':
      return chatExitCodes.get(code) ?? chatAbortOf(code)
    case 'openvpn':
      return openvpnExitCodes.get(code) ?? unknownCode(code)
    case 'generic':
      return code === 0 ? { meaning: 'exit 0', is: 'normal' } : unknownCode(code)
  }
}

/**
 * Whether descriptors that a dialer inherited prove that it is alive. pppd and openvpn hand theirs
 * to what they start (ip-up, for one), and that may last (R2, R5).
 */
export const ownDescriptorsCount = (kind: DialerKind): boolean =>
  kind !== 'pppd' && kind !== 'openvpn'

/**
 * The signal by which a dialer of a kind is asked to end when its supervisor was asked to: the same,
 * but that HUP makes openvpn dial anew (openvpn(8), "SIGNALS", read 2026-11).
 */
export const stopSignalOf = (kind: DialerKind, signal: NodeJS.Signals): NodeJS.Signals =>
  kind === 'openvpn' && signal === 'SIGHUP' ? 'SIGTERM' : signal

const chatAbortOf = (code: number): ExitMeaning =>
  code < chatFirstAbort
    ? unknownCode(code)
    : { meaning: `ABORT string ${code - chatFirstAbort + 1} was received`, is: 'failure' }

const unknownCode = (code: number): ExitMeaning => ({ meaning: `exit ${code}`, is: 'failure' })
