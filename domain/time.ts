import type { Eq } from 'fp-ts/Eq'

/**
 * One reading of a host's clocks, taken together.
 *
 * `uptimeCs` counts centiseconds of CLOCK_BOOTTIME as `/proc/uptime` tells it, so it goes on while
 * the host is suspended. `wall` is UTC, ISO 8601 with milliseconds: shown to people, and proof of
 * nothing unless the policy vouches for it (R13).
 */
export type ClockReading = {
  readonly bootId: string
  readonly boottimeOffset: string
  readonly provider: string
  readonly uptimeCs: number
  readonly wall: string
}

/** What two readings must share to be of one clock; equal keys are needed, not sufficient (R13). */
export type ClockKey = string

/** The key of the clock that a reading was taken from. */
export const clockKeyOf = (reading: ClockReading): ClockKey =>
  `${reading.bootId}|${reading.boottimeOffset}|${reading.provider}`

/** Whether two readings name the same clock. */
export const eqClock: Eq<ClockReading> = {
  equals: (first, second) =>
    first.bootId === second.bootId &&
    first.boottimeOffset === second.boottimeOffset &&
    first.provider === second.provider,
}

/**
 * Centiseconds that certainly passed between two readings, or null when no clock proves any.
 *
 * One tick is subtracted, because a reading is rounded down to a whole centisecond.
 */
export const provenSpanCs = (from: ClockReading, to: ClockReading): number | null =>
  eqClock.equals(from, to) && to.uptimeCs >= from.uptimeCs
    ? Math.max(0, to.uptimeCs - from.uptimeCs - 1)
    : null

/** Milliseconds since 1970 of a reading's wall clock. */
export const wallMsOf = (reading: ClockReading): number => Date.parse(reading.wall)

/** Centiseconds in a number of seconds, rounded up so that a wait is never shortened. */
export const csOfSec = (seconds: number): number => Math.ceil(seconds * 100)

/** ISO 8601 text, UTC, of milliseconds since 1970. */
export const isoOfMs = (ms: number): string => new Date(ms).toISOString()
