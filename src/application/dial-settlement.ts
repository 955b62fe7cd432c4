import { constants } from 'node:os'
import type { DialerExit } from '../ports/dialer-host'
import { exitMeaningOf, type DialerKind } from './dialer-kinds'
import type { AttemptReport } from './gate'

/** Why the supervisor itself ended a dialer. */
export type EndCause =
  'dial-timeout' | 'lease-lost' | 'guard-lost' | 'attempt-closed' | 'ledger-closed'

/** How a dialer that was let go came to its end. */
export type DialEnd = {
  readonly kind: DialerKind
  readonly exit: DialerExit
  /** The supervisor received TERM, INT or HUP, or did so just after the end. */
  readonly requested: boolean
  readonly cause: EndCause | null
}

/** What is settled of an attempt, without its id and time. */
export type Settlement = Pick<
  Extract<AttemptReport, { readonly _tag: 'Settled' }>,
  'started' | 'normal' | 'origin' | 'code' | 'reason'
>

/** What to record of a dialer's end. `normal` counts only after up, which the gate knows (R6). */
export const settlementOf = ({ kind, exit, requested, cause }: DialEnd): Settlement => {
  const asked = requested ? { normal: true, reason: 'requested' } : {}
  if (exit.notExecuted !== null) {
    const reason = exit.notExecuted === 127 ? 'command not found' : 'command not executable'
    return { started: false, normal: false, origin: 'exec', code: exit.notExecuted, reason }
  }
  if (cause !== null) {
    const origin = cause === 'dial-timeout' ? 'timeout' : cause
    return { started: true, normal: false, origin, code: null, reason: cause, ...asked }
  }
  if (exit.said !== undefined) return { ...exit.said, ...asked }
  if (exit.signal !== null) {
    const code = constants.signals[exit.signal]
    return { started: true, normal: false, origin: 'signal', code, reason: exit.signal, ...asked }
  }
  const code = exit.code ?? 0
  const { is, meaning } = exitMeaningOf(kind, code)
  return {
    started: is !== 'not-started',
    normal: is === 'normal',
    origin: `exit:${kind}`,
    code,
    reason: meaning,
    ...asked,
  }
}

/** A dial that its launcher never let go. */
export const notStarted = (reason: string, origin = 'void'): Settlement => ({
  started: false,
  normal: false,
  origin,
  code: null,
  reason,
})

/** The exit code that tells of a dialer's end: its own, or 128 and the signal, as shells have it. */
export const exitCodeOf = (exit: DialerExit): number =>
  exit.notExecuted ??
  (exit.signal === null ? (exit.code ?? 0) : 128 + constants.signals[exit.signal])
