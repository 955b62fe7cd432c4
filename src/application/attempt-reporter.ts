import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { AttemptReport, Gate } from './gate'

/** What became of a report. `gave-up`: nobody knows; every gate abandons the attempt in time (R5). */
export type Reported = 'durable' | 'rejected' | 'gave-up'

/** Writes what happened to one attempt into the ledger, in the order in which it is told. */
export type AttemptReporter = (report: AttemptReport, giveUp: () => boolean) => Promise<Reported>

/** Where reports go, and where people are told that they cannot. */
export type ReporterParts = {
  readonly gate: Gate
  readonly link: LinkId
  readonly say: (message: string) => void
}

const pauseMsMin = 50
const pauseMsMax = 2_000
const reminderMs = 30_000

/** Repeats a report until the ledger has it, until it is rejected, or until `giveUp` says so. */
export const attemptReporter = (parts: ReporterParts): AttemptReporter => {
  let last: Promise<unknown> = Promise.resolve()
  return (report, giveUp) => {
    const reported = last.then(() => reportUntil(parts, report, giveUp))
    last = reported
    return reported
  }
}

const reportUntil = async (
  { gate, link, say }: ReporterParts,
  report: AttemptReport,
  giveUp: () => boolean,
): Promise<Reported> => {
  let pauseMs = pauseMsMin
  let saidAt: number | null = null
  const begunAt = performance.now()
  for (;;) {
    // Asked first: what is reported may have been overtaken while an earlier report waited.
    if (giveUp()) return 'gave-up'
    const result = await gate.report(link, report)()
    const now = performance.now()
    if (E.isRight(result)) {
      if (saidAt !== null) say(`${link}: the ledger is back, nothing is lost`)
      return 'durable'
    }
    if (result.left._tag === 'Rejected') {
      say(`${link}: the ledger did not take '${report._tag}': ${result.left.why}`)
      return 'rejected'
    }
    if (saidAt === null || now - saidAt > reminderMs) {
      const seconds = Math.round((now - begunAt) / 1000)
      say(
        `${link}: cannot write '${report._tag}' since ${seconds} s, trying on: ${result.left.why}`,
      )
      saidAt = now
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    pauseMs = Math.min(pauseMs * 2, pauseMsMax)
  }
}
