import type { DialerExit } from '../ports/dialer-host'
import type { Reported } from './attempt-reporter'
import { guardEarlyCs } from './dial-times'
import { notStarted, settlementOf, type Settlement } from './dial-settlement'
import { stopSignalOf, type DialerKind } from './dialer-kinds'
import {
  armGuard,
  endDialer,
  isTimeOver,
  keepDeadlines,
  reportNow,
  reportUp,
  soonCs,
  type RunningDial,
} from './running-dial'
import type { Stop } from './stop'
import type { UpRule } from './up-rule'
import { watchDeadlines } from './watch-deadlines'

/** What a granted dial came to. `settlement` null: something that cannot be ended is still alive. */
export type DialOutcome = {
  readonly exit: DialerExit | null
  readonly settlement: Settlement | null
  readonly reported: Reported | null
  readonly isUp: boolean
  /** It is up and outlives its command, so that nothing is settled (`--oneshot`). */
  readonly isLeftUp: boolean
}

/** How a granted dial is to be run. */
export type RunOptions = {
  readonly kind: DialerKind
  readonly upRule: UpRule
  readonly stop: Stop
}

/** Lets a granted dialer go, looks after it to its end and settles its attempt. */
export const runDial = async (dial: RunningDial, options: RunOptions): Promise<DialOutcome> => {
  const refusal = await letGo(dial, options)
  if (refusal !== null) return settle(dial, { exit: null, settlement: refusal })
  const exit = await lookAfter(dial, options)
  if (exit.fate === 'left-up') return unsettled(dial, exit.exit, true)
  if (exit.fate === 'still-alive') return unsettled(dial, exit.exit, false)
  await dial.dialer.outputEnded()
  await lateStop(dial, options, exit.exit)
  return settle(dial, { exit: exit.exit, settlement: endOf(dial, options, exit.exit) })
}

type Watched = {
  readonly exit: DialerExit
  readonly fate: 'gone' | 'left-up' | 'still-alive'
}

const lookAfter = async (
  dial: RunningDial,
  { stop, upRule, kind }: RunOptions,
): Promise<Watched> => {
  const { dialer, progress } = dial
  dialer.onGuardLost(() => endDialer(dial, 'guard-lost', soonCs(dial)))
  const forward = (signal: NodeJS.Signals): void => {
    if (progress.over) return
    dialer.signal(stopSignalOf(kind, signal))
    dialer.signal('SIGCONT')
  }
  stop.onStop(forward)
  const early = stop.requested()
  if (early !== null) forward(early)
  const stopWatching = watchDeadlines(dial)
  void reportStarted(dial)
  const exit = await dialer.exit
  keepDeadlines(dial, guardEarlyCs)
  const isLeftUp = await endsUp(dial, upRule, exit)
  const isGone = !isLeftUp && (upRule._tag === 'Told' || (await becomesGone(dial)))
  progress.over = true
  stopWatching()
  return { exit, fate: isLeftUp ? 'left-up' : isGone ? 'gone' : 'still-alive' }
}

// Armed before the go line, because a dialer may outrun whoever guards it.
const letGo = async (dial: RunningDial, { stop }: RunOptions): Promise<Settlement | null> => {
  const isGuarded = await armGuard(dial)
  if (stop.requested() !== null) return notStarted('requested')
  if (!isGuarded) return notStarted('no guard', 'guard')
  const launch = await dial.dialer.go(dial.granted.startByCs)
  switch (launch._tag) {
    case 'Launched':
      return null
    case 'Void':
      return notStarted('the grant was void')
    case 'NotLaunched':
      return notStarted('the launcher was ended')
  }
}

const reportStarted = async (dial: RunningDial): Promise<void> => {
  const started = reportNow(dial, { _tag: 'Started', pid: dial.dialer.session.pid })
  const reported = await dial.report(started, dial.patience())
  if (reported === 'rejected') endDialer(dial, 'attempt-closed', soonCs(dial))
}

/** Whether the link outlives its command, which ended well and is durably up by now (R5). */
const endsUp = async (dial: RunningDial, rule: UpRule, exit: DialerExit): Promise<boolean> => {
  const { progress } = dial
  const isWell = exit.code === 0 && exit.notExecuted === null && progress.ending === null
  if (rule._tag === 'Session' && isWell) void reportUp(dial, 'exit')
  if (rule._tag !== 'Oneshot') return false
  if (!isWell) {
    endDialer(dial, null, soonCs(dial))
    return false
  }
  await reportUp(dial, 'exit')
  // The guard heard it by now; if it heard too late, it may be ending what was left up.
  if (isTimeOver(dial)) endDialer(dial, 'dial-timeout', dial.times.killCs)
  return progress.up === 'durable' && progress.ending === null
}

const pollMsMin = 50
const pollMsMax = 1_000

/** While a process executes another program its environment cannot be read: one miss may be that. */
const missesNeeded = 2

/**
 * How often a dialer may be seen alive after it was to be killed, before it counts as something that
 * cannot be ended: two seconds of looking. Its host may have slept through the deadline meanwhile.
 */
const looksAfterKillMax = 40

const becomesGone = async (dial: RunningDial): Promise<boolean> => {
  const { progress, dialer, clock } = dial
  let [misses, looksAfterKill, pauseMs] = [0, 0, pollMsMin]
  while (misses < missesNeeded) {
    const { ending } = progress
    misses = dialer.isGone() ? misses + 1 : 0
    const isOverdue = misses === 0 && ending !== null && clock.read().uptimeCs > ending.killCs
    if (isOverdue && ++looksAfterKill > looksAfterKillMax) return false
    const isCalm = misses === 0 && progress.up === 'durable' && ending === null
    pauseMs = isCalm ? Math.min(pauseMs * 2, pollMsMax) : pollMsMin
    if (misses < missesNeeded) await sleep(pauseMs)
  }
  return true
}

// What is left up, or could not be ended, keeps its descriptors: guard and lock of ours are given back.
const unsettled = (dial: RunningDial, exit: DialerExit, isLeftUp: boolean): DialOutcome => {
  dial.dialer.dismiss()
  const isUp = dial.progress.up === 'durable'
  return { exit, settlement: null, reported: null, isUp, isLeftUp }
}

/** A service manager signals dialer and supervisor at once, and the dialer's end may be seen first. */
const stopMsMax = 500

const lateStop = async (
  dial: RunningDial,
  options: RunOptions,
  exit: DialerExit,
): Promise<void> => {
  const isSettled = options.stop.requested() !== null || dial.progress.ending !== null
  const hasNone = options.upRule._tag === 'Oneshot' || options.upRule._tag === 'Told'
  if (isSettled || hasNone || endOf(dial, options, exit).normal || exit.notExecuted !== null) return
  await Promise.race([options.stop.stopped, sleep(stopMsMax)])
}

const endOf = (dial: RunningDial, { kind, stop }: RunOptions, exit: DialerExit): Settlement =>
  settlementOf({
    kind,
    exit,
    requested: stop.requested() !== null,
    cause: dial.progress.ending?.cause ?? null,
  })

// The dialer is gone, so guard and lock are given back first: the session's number is free now.
const settle = async (
  dial: RunningDial,
  end: { readonly exit: DialerExit | null; readonly settlement: Settlement },
): Promise<DialOutcome> => {
  dial.dialer.dismiss()
  // A hook may have recorded it up since it was last asked; the result must know what the ledger knows.
  const mayBeUp = end.exit !== null && dial.progress.up !== 'durable'
  const isRecordedUp = mayBeUp && (await dial.isRecordedUp())
  const report = reportNow(dial, { _tag: 'Settled', ...end.settlement })
  const reported = await dial.report(report, dial.patience())
  const isUp = isRecordedUp || dial.progress.up === 'durable'
  return { ...end, reported, isUp, isLeftUp: false }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
