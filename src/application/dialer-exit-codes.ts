/** What an exit code of a dialer tells. `notStarted`: no dial took place (R8); `normal`: after up. */
export type ExitMeaning = {
  readonly meaning: string
  readonly is: 'failure' | 'not-started' | 'normal'
}

const failure = (meaning: string): ExitMeaning => ({ meaning, is: 'failure' })
const notStarted = (meaning: string): ExitMeaning => ({ meaning, is: 'not-started' })
const normal = (meaning: string): ExitMeaning => ({ meaning, is: 'normal' })

/**
 * pppd's exit codes: pppd(8), "EXIT STATUS", and `EXIT_*` in pppd/pppd.h of ppp 2.5.2, read
 * 2026-08. Which of them are no dial, and which a normal end, is DESIGN R8 and R6.
 *
 * NOTE 1 may come after the connect script has dialed: pppd 2.4.9 that could not set the line
 * discipline after CONNECT exited with it. All others of R8 are decided before that script runs.
 */
export const pppdExitCodes: ReadonlyMap<number, ExitMeaning> = new Map([
  [0, normal('ended by the peer')],
  [1, failure('fatal error; its log says which')],
  [2, notStarted('bad options')],
  [3, notStarted('not permitted')],
  [4, notStarted('no kernel support')],
  [5, failure('stopped by a signal')],
  [6, notStarted('port locked by another process')],
  [7, notStarted('port cannot be opened')],
  [8, failure('connect script failed')],
  [9, failure('pty command failed')],
  [10, failure('negotiation failed')],
  [11, failure('peer did not authenticate itself')],
  [12, normal('idle time limit')],
  [13, normal('connect time limit')],
  [14, failure('callback agreed')],
  [15, failure('peer does not answer')],
  [16, failure('modem hung up')],
  [17, failure('line loops back')],
  [18, failure('init script failed')],
  [19, failure('we did not authenticate')],
  [20, normal('traffic limit')],
  [21, failure('caller number not allowed')],
])

/** chat's exit codes: chat(8), "TERMINATION CODES", ppp 2.5.2, read 2026-08; 4 + n in code. */
export const chatExitCodes: ReadonlyMap<number, ExitMeaning> = new Map([
  [0, normal('script completed')],
  [1, failure('bad parameters')],
  [2, failure('script could not be carried out')],
  [3, failure('expected string did not come in time')],
])

/** The first exit code of chat that names an ABORT string, 0-based from there. */
export const chatFirstAbort = 4

/**
 * openvpn's exit codes: src/openvpn/error.h of openvpn 2.6, lines 52-55, read 2026-08.
 *
 * NOTE 0 is no sign of a good end: openvpn 2.6.14 exits with it when its server says AUTH_FAILED,
 * and with `--remap-usr1 SIGTERM` when a connection is refused or lost.
 */
export const openvpnExitCodes: ReadonlyMap<number, ExitMeaning> = new Map([
  [0, failure('ended by itself; its log says why')],
  [1, failure('openvpn gave up; its log says why')],
])
