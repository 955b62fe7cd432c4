import type { ClockReading } from '../../domain/time'

/** Reads the clocks of this host; see {@link ClockReading}. */
export interface Clock {
  readonly read: () => ClockReading
  /** Only of a clock that is moved by hand: calls `wake` when it was; gives what stops that. */
  readonly moved?: (wake: () => void) => () => void
}
