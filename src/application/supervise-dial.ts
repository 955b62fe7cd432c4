import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { Clock } from '../ports/clock'
import type { DialerHost, DialerPlan, SupervisedDialer } from '../ports/dialer-host'
import { askForGrant, waitsUntilCsOf, type Wait } from './ask-for-grant'
import { attemptReporter } from './attempt-reporter'
import { dialTimesOf, marginCsOf } from './dial-times'
import { ownDescriptorsCount, type DialerKind } from './dialer-kinds'
import type { DialRequest, Gate, GateError, Granted, PlannedGrant, Refused } from './gate'
import { outputMatcher } from './output-matcher'
import { patienceWith } from './patience'
import { runDial, type DialOutcome } from './run-dial'
import { noProgress, reportUp, type RunningDial } from './running-dial'
import type { Stop } from './stop'
import type { UpRule } from './up-rule'

/** What a supervised dial is asked of and done with. */
export type DialParts = {
  readonly gate: Gate
  readonly clock: Clock
  readonly host: DialerHost
  readonly stop: Stop
  /** Whether the ledger says that this attempt is up. */
  readonly isRecordedUp: (link: LinkId, attempt: string) => Promise<boolean>
  readonly changes: (wake: () => void) => () => void
  /** The store as the dialer is told of it. */
  readonly store: string
  readonly say: (message: string) => void
  readonly onRefused: (refused: Refused) => void
}

/** One dial: the link, the command (its path resolved), and how it is looked after. */
export type DialOptions = {
  readonly link: LinkId
  readonly kind: DialerKind
  readonly command: readonly [file: string, ...args: ReadonlyArray<string>]
  readonly upRule: UpRule
  readonly redialsItself: boolean
  readonly wait: Wait
}

/** How a dial ended: refused, or granted and run. */
export type SupervisedDial =
  | { readonly _tag: 'Refused'; readonly refused: Refused }
  | { readonly _tag: 'Dialed'; readonly granted: Granted; readonly outcome: DialOutcome }

/** Asks for a grant, runs the dialer under it, and records how it went (R1, R2, R5). */
export const superviseDial =
  (parts: DialParts) =>
  async (options: DialOptions): Promise<E.Either<GateError, SupervisedDial>> => {
    const waitsUntilCs = waitsUntilCsOf(parts.clock, options.wait)
    for (;;) {
      const dialed = await dialOnce(parts, options, waitsUntilCs)
      // A grant that was void is no dial: who waits for one goes on waiting.
      const isVoid =
        E.isRight(dialed) && dialed.right._tag === 'Dialed' && !dialed.right.outcome.exit
      const isStopped = parts.stop.requested() !== null
      if (!isVoid || isStopped || waitsUntilCs === null) return dialed
    }
  }

const dialOnce = async (
  parts: DialParts,
  options: DialOptions,
  waitsUntilCs: number | null,
): Promise<E.Either<GateError, SupervisedDial>> => {
  const { clock, changes, stop, onRefused } = parts
  const request = () => requestDialer(parts, options)
  const answer = await askForGrant({ request, clock, waitsUntilCs, changes, stop, onRefused })
  if (E.isLeft(answer)) return answer
  if (answer.right._tag === 'Refused') {
    return E.right({ _tag: 'Refused', refused: answer.right })
  }
  const { granted, dialer, output } = answer.right
  const dial = runningDial({ parts, options }, granted, dialer)
  output.matched = () => void reportUp(dial, 'output')
  const { kind, upRule } = options
  return E.right({ _tag: 'Dialed', granted, outcome: await runDial(dial, { kind, upRule, stop }) })
}

/** Where a match of the output is told to, once there is a dial to be reported up. */
type OutputWatch = { matched: () => void }

type GrantedDialer = {
  readonly _tag: 'Granted'
  readonly granted: Granted
  readonly dialer: SupervisedDialer
  readonly output: OutputWatch
}

const requestDialer = async (
  parts: DialParts,
  options: DialOptions,
): Promise<E.Either<GateError, GrantedDialer | Refused>> => {
  const output: OutputWatch = { matched: () => undefined }
  let dialer: SupervisedDialer | null = null
  const request: DialRequest = {
    link: options.link,
    supervision: options.upRule._tag === 'Oneshot' ? 'oneshot' : 'supervised',
    dialer: options.kind,
    redialsItself: options.redialsItself,
    owner: options.upRule._tag === 'Oneshot' ? options.upRule.owner : null,
    prepare: async (planned) => {
      dialer?.dismiss()
      const prepared = await parts.host.prepare(planOf({ parts, options, output }, planned))
      dialer = E.isRight(prepared) ? prepared.right : null
      return prepared
    },
  }
  const answer = await parts.gate.request(request)()
  return grantedDialer(answer, dialer, output)
}

const grantedDialer = (
  answer: E.Either<GateError, Granted | Refused>,
  dialer: SupervisedDialer | null,
  output: OutputWatch,
): E.Either<GateError, GrantedDialer | Refused> => {
  if (E.isLeft(answer)) {
    dialer?.dismiss()
    return answer
  }
  if (answer.right._tag === 'Refused') {
    dialer?.dismiss()
    return E.right(answer.right)
  }
  if (dialer === null) throw new Error('a dial was granted for which nothing was prepared')
  return E.right({ _tag: 'Granted', granted: answer.right, dialer, output })
}

type Planning = {
  readonly parts: DialParts
  readonly options: DialOptions
  readonly output: OutputWatch
}

const planOf = (
  { parts, options, output }: Planning,
  { attempt, dialTimeoutSec }: PlannedGrant,
): DialerPlan => {
  const [file, ...args] = options.command
  const { upRule, kind, link } = options
  return {
    link,
    attempt,
    command: [file, ...args.map((argument) => argument.replaceAll('{attempt}', attempt))],
    environment: {
      OPEN_INTERVAL_STORE: parts.store,
      OPEN_INTERVAL_LINK: link,
      OPEN_INTERVAL_ATTEMPT: attempt,
    },
    ownDescriptorsCount: upRule._tag !== 'Oneshot' && ownDescriptorsCount(kind),
    onOutput:
      upRule._tag === 'Output' ? outputMatcher(upRule.pattern, () => output.matched()) : null,
    graceCs: marginCsOf(dialTimeoutSec),
  }
}

const runningDial = (
  { parts, options }: { readonly parts: DialParts; readonly options: DialOptions },
  granted: Granted,
  dialer: SupervisedDialer,
): RunningDial => {
  const { clock, gate, say } = parts
  const mayBeTakenAsUp = options.upRule._tag === 'Alive'
  return {
    clock,
    dialer,
    granted,
    times: dialTimesOf(granted, mayBeTakenAsUp),
    report: attemptReporter({ gate, link: options.link, say }),
    mayBeTakenAsUp,
    isStopping: () => parts.stop.requested() !== null,
    isRecordedUp: () => parts.isRecordedUp(options.link, granted.attempt),
    patience: () => patienceWith(parts.stop),
    progress: noProgress(granted),
  }
}
