import type { Stop } from './stop'

/** How long a report of a dial waits for its ledger; every gate abandons the attempt by then. */
const waitMsMax = 3_600_000

/** The same once the supervisor was asked to end: a service manager will not wait much longer. */
const stoppedMsMax = 10_000

/** Says when to leave one thing unwritten: an hour after it first asks, or soon after a stop. */
export const patienceWith = (stop: Stop): (() => boolean) => {
  let begunAt: number | null = null
  let stoppedAt: number | null = null
  return () => {
    const now = performance.now()
    begunAt ??= now
    if (stop.requested() !== null) stoppedAt ??= now
    return now - begunAt > waitMsMax || (stoppedAt !== null && now - stoppedAt > stoppedMsMax)
  }
}
