import type { Clock } from '../ports/clock'
import type { Deadlines, SupervisedDialer } from '../ports/dialer-host'
import type { AttemptReporter, Reported } from './attempt-reporter'
import { earlier, guardDeadlines, guardEarlyCs, leaseDeadlines, type DialTimes } from './dial-times'
import type { EndCause } from './dial-settlement'
import type { AttemptReport, Granted } from './gate'

/** A dial that was granted, with what is needed to look after it. */
export type RunningDial = {
  readonly clock: Clock
  readonly dialer: SupervisedDialer
  readonly granted: Granted
  readonly times: DialTimes
  readonly report: AttemptReporter
  /** Being alive at the deadline counts as up. */
  readonly mayBeTakenAsUp: boolean
  /** This process was asked to end, and its dialer with it. */
  readonly isStopping: () => boolean
  /** Whether a hook recorded the attempt as up; asked when the time for it is nearly over. */
  readonly isRecordedUp: () => Promise<boolean>
  /** For one report: says when it is time to leave it unwritten. */
  readonly patience: () => () => boolean
  readonly progress: DialProgress
}

/** What has happened so far. It changes while the dial runs; everything else of it is fixed. */
export type DialProgress = {
  up: 'no' | 'reporting' | 'durable'
  /** When it was last asked whether it is up. */
  lookedCs: number | null
  /** Once set, the dialer is being ended; `cause` null: because its leader failed. */
  ending: { readonly cause: EndCause | null; readonly killCs: number; nextKillCs: number } | null
  renewedCs: number
  renewing: boolean
  /** Nothing of the dialer is alive: there is nothing left to signal. */
  over: boolean
  /** To be called when something of this changed that what is due next depends on. */
  changed: () => void
}

/** Nothing has happened since the grant. */
export const noProgress = (granted: Granted): DialProgress => ({
  up: 'no',
  lookedCs: null,
  ending: null,
  renewedCs: granted.granted.uptimeCs,
  renewing: false,
  over: false,
  changed: () => undefined,
})

/** The deadlines that hold now; null: it is up, and no lease is to be kept. */
export const deadlinesOf = ({ granted, times, progress }: RunningDial): Deadlines | null => {
  const lease =
    granted.leaseSec === null ? null : leaseDeadlines(progress.renewedCs, granted.leaseSec)
  if (progress.up === 'durable') return lease
  return lease === null ? times : earlier(times, lease)
}

/** A report about this attempt, as of now. */
export const reportNow = ({ clock, granted }: RunningDial, fact: ReportedFact): AttemptReport => ({
  ...fact,
  attempt: granted.attempt,
  occurred: clock.read(),
})

/** A report without the attempt that it is about and its time. */
export type ReportedFact = AttemptReport extends infer R
  ? R extends AttemptReport
    ? Omit<R, 'attempt' | 'occurred'>
    : never
  : never

/** Sends TERM and CONT, and KILL from `killCs` on. What ends a dialer first is why it ended. */
export const endDialer = (dial: RunningDial, cause: EndCause | null, killCs: number): void => {
  const { progress, dialer } = dial
  if (progress.ending !== null || progress.over) return
  progress.ending = { cause, killCs, nextKillCs: killCs }
  progress.changed()
  dialer.signal('SIGTERM')
  dialer.signal('SIGCONT')
}

/** Reports the dial up. Once that is durable, no dial timeout holds for it any more (R5). */
export const reportUp = async (
  dial: RunningDial,
  proof: 'output' | 'exit' | 'alive' | 'record',
): Promise<Reported> => {
  const { progress } = dial
  if (progress.up === 'durable') return 'durable'
  progress.up = 'reporting'
  const isOutOfPatience = dial.patience()
  const isTooLate = () => progress.ending !== null || (!progress.over && isTimeOver(dial))
  const givesUp = () => isTooLate() || isOutOfPatience()
  const reported = await dial.report(reportNow(dial, { _tag: 'Up', proof }), givesUp)
  if (reported === 'durable') await noteUp(dial)
  if (reported === 'rejected') endDialer(dial, 'attempt-closed', soonCs(dial))
  return reported
}

/** Whether the guard may have begun to end a dialer that it was not told is up. */
export const isTimeOver = ({ clock, times }: RunningDial): boolean =>
  clock.read().uptimeCs >= times.termCs - guardEarlyCs

/** The attempt is durably up: the guard is told so, unless the dialer is being ended already. */
const noteUp = async (dial: RunningDial): Promise<void> => {
  dial.progress.up = 'durable'
  dial.progress.changed()
  await tellGuard(dial)
}

const tellGuard = async (dial: RunningDial): Promise<void> => {
  const { ending, over } = dial.progress
  if (ending === null && !over) await armGuard(dial)
}

/** Tells the guard which deadlines hold now; resolves to whether it heard. */
export const armGuard = (dial: RunningDial): Promise<boolean> => {
  const deadlines = deadlinesOf(dial)
  return dial.dialer.guardUntil(deadlines === null ? null : guardDeadlines(deadlines))
}

/** Ends the dialer if a deadline is over; `earlyCs` before it the guard may have ended it already. */
export const keepDeadlines = (dial: RunningDial, earlyCs = 0): void => {
  const { clock, times, progress } = dial
  const deadlines = deadlinesOf(dial)
  if (deadlines === null || clock.read().uptimeCs < deadlines.termCs - earlyCs) return
  const isLease = deadlines.termCs < times.termCs || progress.up === 'durable'
  endDialer(dial, isLease ? 'lease-lost' : 'dial-timeout', deadlines.killCs)
}

/** From `lookCs` on: alive is up unless it is being stopped, or a hook said that it is up. */
export const lookWhetherUp = async (dial: RunningDial): Promise<void> => {
  const { progress, mayBeTakenAsUp, isStopping, dialer } = dial
  progress.lookedCs = dial.clock.read().uptimeCs
  if (mayBeTakenAsUp && progress.up === 'no' && !isStopping() && !dialer.isGone()) {
    await reportUp(dial, 'alive')
  } else if (await dial.isRecordedUp()) await noteUp(dial)
}

/** Tells other hosts that this one still looks after the link; the deadline moves on with it. */
export const renewLease = async (dial: RunningDial): Promise<void> => {
  const { progress } = dial
  progress.renewing = true
  const renewal = reportNow(dial, { _tag: 'LeaseRenewed' })
  const reported = await dial.report(renewal, () => progress.ending !== null || progress.over)
  if (reported === 'durable') {
    progress.renewedCs = renewal.occurred.uptimeCs
    await tellGuard(dial)
  }
  if (reported === 'rejected') endDialer(dial, 'attempt-closed', soonCs(dial))
  progress.renewing = false
  progress.changed()
}

/** When KILL follows a TERM that is not sent because of a deadline. */
export const soonCs = ({ clock, times }: RunningDial): number =>
  clock.read().uptimeCs + (times.killCs - times.termCs)
