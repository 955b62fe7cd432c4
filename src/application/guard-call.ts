import * as E from 'fp-ts/Either'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { OwnerProcess } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import type { ClockReading } from '../../domain/time'
import type { Clock } from '../ports/clock'
import type { HeldLock, LinkLocks } from '../ports/link-locks'
import { askForGrant, waitsUntilCsOf, type Wait } from './ask-for-grant'
import { attemptReporter } from './attempt-reporter'
import { sleepUntil } from './boot-sleep'
import { callDialer, type CallDialer } from './call-dialer'
import { callTimesOf } from './dial-times'
import type { Gate, GateError, Granted, Refused } from './gate'
import { guardedOf, stillRunning, type Guarded } from './guarded'
import { runDial } from './run-dial'
import { endDialer, noProgress, reportUp, soonCs, type RunningDial } from './running-dial'
import type { Stop } from './stop'

/** What a guarded call is asked of and done with. */
export type GuardParts = {
  readonly gate: Gate
  readonly clock: Clock
  readonly locks: LinkLocks
  /** This process, as the supervisor of what it calls; null: `/proc` does not tell. */
  readonly thisProcess: () => OwnerProcess | null
  readonly isRecordedUp: (link: LinkId, attempt: string) => Promise<boolean>
  readonly changes: (wake: () => void) => () => void
  /** The ledger is closed: nothing can be written any more. */
  readonly isClosed: () => boolean
  readonly say: (message: string) => void
}

/** What became of the word that the link is up. `NotUp`: it is too late, and the signal aborts. */
export type UpReported = { readonly _tag: 'Up' } | { readonly _tag: 'NotUp'; readonly why: string }

/** What a guarded function is called with. */
export type GuardedDial = {
  readonly link: LinkId
  readonly attempt: string
  /** The fencing number: of two grants of one link, the higher is the one that holds (R14). */
  readonly revision: bigint
  readonly granted: ClockReading
  readonly dialTimeoutSec: number
  /** Aborts at the dial timeout unless the link is up by then, or when this must end. */
  readonly signal: AbortSignal
  /** Says that the link is up; resolves once that is durable, or cannot become so in time. */
  readonly up: () => Promise<UpReported>
}

/** An attempt that runs in this process. */
export type OpenCall = {
  readonly link: LinkId
  readonly attempt: string
  readonly isUp: () => boolean
  /** Asks it to end, as a failure: whoever closes the ledger knows no better. */
  readonly fail: () => void
  /** Resolves when its end is in the ledger, or never will be. */
  readonly recorded: Promise<unknown>
}

/** A function to be called under a grant. */
export type GuardCall<Value> = {
  readonly link: LinkId
  readonly wait: Wait
  readonly stop: Stop
  readonly onRefused: (refused: Refused) => void
  readonly onCall: (call: OpenCall) => void
  readonly run: (dial: GuardedDial) => Value | Promise<Value>
}

/** Asks for a grant, calls the function under it, and records how it went (R1, R2, R5). */
export const guardCall = async <Value>(
  parts: GuardParts,
  call: GuardCall<Value>,
): Promise<E.Either<GateError, Refused | Guarded<Value>>> => {
  const { clock, changes } = parts
  const { stop, onRefused } = call
  const waitsUntilCs = waitsUntilCsOf(clock, call.wait)
  for (;;) {
    const request = () => requestCall(parts, call.link)
    const answer = await askForGrant({ request, clock, waitsUntilCs, changes, stop, onRefused })
    if (E.isLeft(answer)) return answer
    if (answer.right._tag === 'Refused') return E.right(answer.right)
    const result = await callUnder(parts, call, answer.right)
    // A grant that was void is no dial: who waits for one goes on waiting.
    const isVoid = result._tag === 'DialNotStarted' && result.isVoid
    if (!isVoid || waitsUntilCs === null || stop.requested() !== null) return E.right(result)
  }
}

type GrantedCall = {
  readonly _tag: 'Granted'
  readonly granted: Granted
  readonly process: OwnerProcess
  readonly lock: HeldLock
}

const requestCall = async (
  { gate, locks, thisProcess }: GuardParts,
  link: LinkId,
): Promise<E.Either<GateError, GrantedCall | Refused>> => {
  const process = thisProcess()
  if (process === null)
    return E.left({ _tag: 'CannotPrepare', why: 'this process is not in /proc' })
  let lock: HeldLock | null = null
  const answer = await gate.request({
    ...{ link, supervision: 'supervised', dialer: 'library', redialsItself: false, owner: null },
    prepare: async () => {
      const taken = await locks.take(link)
      if (E.isLeft(taken)) return taken
      lock = taken.right
      return E.right({ supervisor: process, session: null })
    },
  })()
  return grantedCall(answer, lock, process)
}

const grantedCall = (
  answer: E.Either<GateError, Granted | Refused>,
  lock: HeldLock | null,
  process: OwnerProcess,
): E.Either<GateError, GrantedCall | Refused> => {
  if (E.isLeft(answer)) {
    lock?.giveBack()
    return answer
  }
  if (answer.right._tag === 'Refused') {
    lock?.giveBack()
    return E.right(answer.right)
  }
  if (lock === null) throw new Error('a dial was granted whose lock was not taken')
  return E.right({ _tag: 'Granted', granted: answer.right, process, lock })
}

const callUnder = <Value>(
  parts: GuardParts,
  call: GuardCall<Value>,
  { granted, process, lock }: GrantedCall,
): Promise<Guarded<Value>> => {
  const { clock } = parts
  const dialer: CallDialer<Value> = callDialer({
    ...{ process, clock, lock },
    run: (signal) => call.run(guardedDial(dial, call.link, signal)),
    whyEnded: () => `${call.link}: ${dial.progress.ending?.cause ?? 'asked to end'}`,
  })
  const dial: RunningDial = runningCall(parts, call, { granted, dialer })
  const { stop } = call
  const facts = () => ({ dial, end: dialer.ended(), isStopped: stop.requested() !== null })
  const recorded = runDial(dial, { kind: 'generic', upRule: { _tag: 'Told' }, stop }).then(
    (outcome) => guardedOf<Value>(facts(), outcome),
  )
  call.onCall(openCall(dial, call.link, recorded))
  const over = Promise.race([dialer.exit, recorded])
  const overran = Promise.race([dialer.overran, stoppedInVain(clock, stop, over)]).then(() => {
    if (dialer.isRunning()) return stillRunning<Value>(facts(), recorded)
    return dialer.ended() === null ? guardedOf(facts(), null) : recorded
  })
  return Promise.race([recorded, overran, dialer.exit.then(() => unrecorded(facts, recorded))])
}

const openCall = (dial: RunningDial, link: LinkId, recorded: Promise<unknown>): OpenCall => ({
  link,
  attempt: dial.granted.attempt,
  isUp: () => dial.progress.up === 'durable',
  fail: () => endDialer(dial, 'ledger-closed', soonCs(dial)),
  recorded,
})

/** How long a call may take to end that was asked to by whoever made it. */
const stopCsMax = 500

const stoppedInVain = async (clock: Clock, stop: Stop, over: Promise<unknown>): Promise<void> => {
  await stop.stopped
  await sleepUntil({ clock, untilCs: clock.read().uptimeCs + stopCsMax, wakes: [over] })
}

const runningCall = <Value>(
  { clock, gate, say, isRecordedUp, isClosed }: GuardParts,
  { link, stop }: GuardCall<Value>,
  { granted, dialer }: { readonly granted: Granted; readonly dialer: CallDialer<Value> },
): RunningDial => ({
  clock,
  dialer,
  granted,
  times: callTimesOf(granted),
  report: attemptReporter({ gate, link, say }),
  mayBeTakenAsUp: false,
  isStopping: () => stop.requested() !== null,
  isRecordedUp: () => isRecordedUp(link, granted.attempt),
  // The process lives on, so the link would stay closed for ever if its end were left unwritten.
  patience: () => isClosed,
  progress: noProgress(granted),
})

const guardedDial = (dial: RunningDial, link: LinkId, signal: AbortSignal): GuardedDial => {
  const { attempt, revision, granted, dialTimeoutSec } = dial.granted
  const tooLate = `${link}: the dial timeout of ${dialTimeoutSec} s is over, or the attempt is closed`
  return {
    ...{ link, attempt, revision, granted, dialTimeoutSec, signal },
    up: async () => {
      // That it started is reported in this turn: what a call says at once is to follow it.
      await nextTurn()
      const reported = await reportUp(dial, 'record')
      return reported === 'durable' ? { _tag: 'Up' } : { _tag: 'NotUp', why: tooLate }
    },
  }
}

/** How long the caller waits for the end to be written down; writing goes on behind its back. */
const recordMsMax = 10_000

const unrecorded = async <Value>(
  facts: () => Parameters<typeof guardedOf<Value>>[0],
  recorded: Promise<Guarded<Value>>,
): Promise<Guarded<Value>> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Guarded<Value>>((resolve) => {
    timer = setTimeout(() => resolve(guardedOf(facts(), null)), recordMsMax)
  })
  const result = await Promise.race([recorded, late])
  clearTimeout(timer)
  return result
}
