import { csOfSec } from '../../domain/time'
import type { Deadlines } from '../ports/dialer-host'
import type { Granted } from './gate'

/**
 * When what happens to a dialer that is not yet up, in centiseconds of uptime. At `lookCs` one that
 * may be taken as up is reported up, of another one it is asked whether a hook reported it up.
 */
export type DialTimes = Deadlines & { readonly lookCs: number }

/** Longest time that is left for ending a dialer before its dial timeout, in centiseconds. */
const marginCsMax = 500

/** The margin before a deadline: 5 s, or a quarter of the whole time if that is less (R5). */
export const marginCsOf = (seconds: number): number =>
  Math.min(marginCsMax, Math.floor(csOfSec(seconds) / 4))

/** The times of a granted dial; `mayBeTakenAsUp`: being alive at the deadline counts as up. */
export const dialTimesOf = (
  granted: Pick<Granted, 'granted' | 'dialTimeoutSec'>,
  mayBeTakenAsUp: boolean,
): DialTimes => {
  const killCs = granted.granted.uptimeCs + csOfSec(granted.dialTimeoutSec)
  const marginCs = marginCsOf(granted.dialTimeoutSec)
  const quarterCs = Math.floor(marginCs / 4)
  return mayBeTakenAsUp
    ? { lookCs: killCs - marginCs, termCs: killCs - quarterCs, killCs }
    : { lookCs: killCs - 2 * marginCs, termCs: killCs - marginCs, killCs }
}

/**
 * The times of a granted call: it has its whole dial timeout, because it is asked to end and cannot
 * be killed. From `killCs` on it counts as one that does not listen.
 */
export const callTimesOf = (granted: Pick<Granted, 'granted' | 'dialTimeoutSec'>): DialTimes => {
  const termCs = granted.granted.uptimeCs + csOfSec(granted.dialTimeoutSec)
  const marginCs = marginCsOf(granted.dialTimeoutSec)
  return { lookCs: termCs - 2 * marginCs, termCs, killCs: termCs + marginCs }
}

/** When a dialer whose lease cannot be renewed is ended, counted from its last renewal. */
export const leaseDeadlines = (renewedCs: number, leaseSec: number): Deadlines => {
  const killCs = renewedCs + csOfSec(leaseSec)
  return { termCs: killCs - marginCsOf(leaseSec), killCs }
}

/** How much earlier the guard aims, because a shell's steps come late (R5). */
export const guardEarlyCs = 10

/** Deadlines as the guard is told of them. */
export const guardDeadlines = ({ termCs, killCs }: Deadlines): Deadlines => ({
  termCs: termCs - guardEarlyCs,
  killCs: killCs - guardEarlyCs,
})

/** The earlier of two deadlines. */
export const earlier = (first: Deadlines, second: Deadlines): Deadlines => ({
  termCs: Math.min(first.termCs, second.termCs),
  killCs: Math.min(first.killCs, second.killCs),
})
