import type { FactReading } from './fact'

/** The `appended` readings of a stream, each with the number of the clock it was taken from. */
export type ReadingTrack = {
  readonly clocks: ReadonlyArray<number>
  readonly uptimesCs: ReadonlyArray<number>
}

/** Tells the clocks of a stream apart; a reading below an earlier one of its clock is a new clock. */
export const trackOf = (readings: ReadonlyArray<FactReading>): ReadingTrack => {
  const latest = new Map<string, { readonly clock: number; readonly cs: number }>()
  const clocks: number[] = []
  let count = 0
  for (const { clock: key, cs } of readings) {
    const known = latest.get(key)
    const clock = known === undefined || cs < known.cs ? count++ : known.clock
    latest.set(key, { clock, cs })
    clocks.push(clock)
  }
  return { clocks, uptimesCs: readings.map((reading) => reading.cs) }
}

/**
 * Centiseconds that certainly passed (R13) from each of the events `from..to` to the event `to`: the
 * largest sum of spans between two events of one clock that do not overlap in the stream, one tick
 * less for each. The result's index 0 belongs to `from`.
 */
export const provenSince = (
  track: ReadingTrack,
  from: number,
  to: number,
): ReadonlyArray<number> => {
  const proven: number[] = []
  const furthest = new Map<number, number>()
  let best = 0
  for (let at = to; at >= from; at -= 1) {
    const clock = track.clocks[at] ?? -1
    const cs = track.uptimesCs[at] ?? 0
    const reach = furthest.get(clock)
    if (reach !== undefined) best = Math.max(best, reach - cs - 1)
    furthest.set(clock, Math.max(reach ?? -Infinity, cs + best))
    proven.push(best)
  }
  return proven.toReversed()
}

/** How many events are searched for an upper bound of an age. */
const lookBackMax = 10_000

/**
 * Centiseconds that can at most have passed between two events, told by the clock of the later one:
 * it had an event at or before the earlier. Infinity when it had none.
 */
export const passedAtMost = (track: ReadingTrack, from: number, to: number): number => {
  const clock = track.clocks[to]
  for (let at = from; at >= Math.max(0, from - lookBackMax); at -= 1) {
    if (track.clocks[at] === clock) {
      return (track.uptimesCs[to] ?? 0) - (track.uptimesCs[at] ?? 0) + 1
    }
  }
  return Infinity
}
