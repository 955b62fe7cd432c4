import type { ClockReading } from '../../domain/time'

/** Reads the clocks of this host; see {@link ClockReading}. */
export interface Clock {
  readonly read: () => ClockReading
}
