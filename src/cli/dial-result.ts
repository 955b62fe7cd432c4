import { constants } from 'node:os'
import type { LinkId } from '../../domain/link-id'
import { exitCodeOf } from '../application/dial-settlement'
import type { Refused } from '../application/gate'
import type { DialOutcome } from '../application/run-dial'
import type { SupervisedDial } from '../application/supervise-dial'
import type { UpRule } from '../application/up-rule'
import { exitCodes } from './exit-codes'

/** What a dial came to, as `--result` and `--json` tell it. Fields are only ever added. */
export type DialResult = {
  readonly link: string
  readonly granted: boolean
  readonly attempt: string | null
  readonly revision: string | null
  readonly deniedBy: ReadonlyArray<{ readonly rule: string; readonly notBefore: string | null }>
  readonly notBefore: string | null
  readonly retryAfterSec: number | null
  /** What failed last, when it was refused. */
  readonly lastFailure: Refused['lastFailure']
  readonly started: boolean
  readonly up: boolean
  /** Whether the outcome is in the ledger; null: there is none to record (refused, or left up). */
  readonly recorded: boolean | null
  readonly origin: string | null
  readonly reason: string | null
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null
  readonly exitCode: number
}

/** What decides on the exit code besides the dial itself. */
export type Circumstances = {
  readonly link: LinkId
  readonly upRule: UpRule
  /** The signal that ended a wait or a dial before its start. */
  readonly stoppedBy: NodeJS.Signals | null
}

/** The document that tells of a dial, with the exit code that goes with it. */
export const dialResultOf = (dial: SupervisedDial, circumstances: Circumstances): DialResult =>
  dial._tag === 'Refused' ? refusedResult(dial, circumstances) : dialedResult(dial, circumstances)

const refusedResult = (
  { refused }: Extract<SupervisedDial, { readonly _tag: 'Refused' }>,
  { link, stoppedBy }: Circumstances,
): DialResult => ({
  link,
  granted: false,
  attempt: null,
  revision: null,
  deniedBy: refused.deniedBy,
  notBefore: refused.notBefore,
  retryAfterSec: refused.retryAfterSec,
  lastFailure: refused.lastFailure,
  started: false,
  up: false,
  recorded: null,
  origin: null,
  reason: null,
  exit: null,
  exitCode:
    stoppedBy !== null
      ? 128 + constants.signals[stoppedBy]
      : refused.retryAfterSec === null
        ? exitCodes.personMustAct
        : exitCodes.refused,
})

const dialedResult = (
  { granted, outcome }: Extract<SupervisedDial, { readonly _tag: 'Dialed' }>,
  circumstances: Circumstances,
): DialResult => ({
  link: circumstances.link,
  granted: true,
  attempt: granted.attempt,
  revision: granted.revision.toString(),
  deniedBy: [],
  notBefore: null,
  retryAfterSec: null,
  lastFailure: null,
  started: outcome.exit !== null && outcome.exit.notExecuted === null,
  up: outcome.isUp,
  recorded: outcome.isLeftUp ? null : outcome.reported === 'durable',
  origin: outcome.settlement?.origin ?? null,
  reason: outcome.settlement?.reason ?? null,
  exit: outcome.exit === null ? null : { code: outcome.exit.code, signal: outcome.exit.signal },
  exitCode: exitCodeOfOutcome(outcome, circumstances),
})

const exitCodeOfOutcome = (
  { exit, isLeftUp }: DialOutcome,
  { upRule, stoppedBy }: Circumstances,
): number => {
  if (exit === null) {
    return stoppedBy === null ? exitCodes.refused : 128 + constants.signals[stoppedBy]
  }
  // A connect script that exits 0 tells its caller to go on: only once its up is durable (R5).
  if (upRule._tag === 'Oneshot' && !isLeftUp && exitCodeOf(exit) === 0) return exitCodes.unavailable
  return exitCodeOf(exit)
}

/** What to say of an outcome that is worth a line; null: nothing is. */
export const outcomeText = (result: DialResult): string | null => {
  if (!result.granted || result.recorded === null) return null
  if (!result.recorded) {
    return `${result.link}: how the dial ended is not in the ledger; the link stays closed for it`
  }
  if (!result.started) return `${result.link}: not started: ${result.reason ?? 'unknown'}`
  if (!result.up) return `${result.link}: failed: ${result.reason ?? 'unknown'}`
  return null
}
