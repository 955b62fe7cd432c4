import {
  added,
  emptyLongList,
  itemFromEnd,
  itemsOf,
  lastReplaced,
  lengthOf,
  longListOf,
  type LongList,
} from './long-list'
import { eqClock, type ClockReading } from './time'

/** One remembered `appended` reading of a stream; `kept` points outlive the compaction of runs. */
export type TracePoint = {
  readonly revision: bigint
  readonly clock: number
  readonly uptimeCs: number
  readonly wall: string
  readonly kept: boolean
}

type SeenClock = { readonly lastRevision: bigint; readonly last: ClockReading }

/**
 * The readings of a stream that can still prove an age (R13), oldest first.
 *
 * Of each run of events by one clock only the first, the last and the kept points are needed: any
 * other span is no longer than one between these. `sweepAt`: with how many points the next
 * {@link keepOnly} is worth its while.
 */
export type Trace = {
  readonly clocks: ReadonlyArray<SeenClock>
  readonly points: LongList<TracePoint>
  readonly sweepAt: number
}

/** Points that a trace may gather beyond twice those that the last sweep left. */
const pointsSpare = 128

/**
 * Most points that are kept only because they may prove an age. More come together when several
 * clocks take turns while nothing is dialed, on a link that is held for weeks; the oldest are then
 * forgotten, which can only make ages smaller.
 */
export const unkeptPointsMax = 1024

/** A trace that has seen nothing. */
export const emptyTrace: Trace = { clocks: [], points: emptyLongList, sweepAt: pointsSpare }

/** Whether a trace has grown enough for {@link keepOnly} to be worth its while. */
export const isSweepDue = (trace: Trace): boolean => lengthOf(trace.points) >= trace.sweepAt

/** One event's place and reading, to be added to a trace. */
export type TraceEntry = {
  readonly revision: bigint
  readonly reading: ClockReading
  readonly kept: boolean
}

/** Index of the clock that a reading belongs to, or -1 for one not met yet. */
const clockIndexOf = (trace: Trace, reading: ClockReading): number => {
  const index = trace.clocks.findLastIndex((clock) => eqClock.equals(clock.last, reading))
  const clock = trace.clocks[index]
  return clock === undefined || reading.uptimeCs < clock.last.uptimeCs ? -1 : index
}

/** Adds an event to a trace; a reading below an earlier one of its clock begins a new clock. */
export const traceEvent = (trace: Trace, entry: TraceEntry): Trace => {
  const { revision, reading, kept } = entry
  const known = clockIndexOf(trace, reading)
  const clock = known === -1 ? trace.clocks.length : known
  const seen = { lastRevision: revision, last: reading }
  const point = { revision, clock, uptimeCs: reading.uptimeCs, wall: reading.wall, kept }
  const last = itemFromEnd(trace.points, 1)
  const isRunLast =
    last !== undefined &&
    !last.kept &&
    last.clock === clock &&
    itemFromEnd(trace.points, 2)?.clock === clock
  return {
    sweepAt: trace.sweepAt,
    clocks: known === -1 ? [...trace.clocks, seen] : trace.clocks.with(known, seen),
    points: isRunLast ? lastReplaced(trace.points, point) : added(trace.points, point),
  }
}

/** Forgets what no age from one of these revisions on can need, and bounds the rest. */
export const keepOnly = (trace: Trace, revisions: ReadonlySet<bigint>): Trace => {
  return forgetClocks(trace, bounded(needed(itemsOf(trace.points), revisions)))
}

const bounded = (points: ReadonlyArray<TracePoint>): ReadonlyArray<TracePoint> => {
  let excess = points.filter((point) => !point.kept).length - unkeptPointsMax
  return excess <= 0 ? points : points.filter((point) => point.kept || excess-- <= 0)
}

const needed = (
  known: ReadonlyArray<TracePoint>,
  revisions: ReadonlySet<bigint>,
): ReadonlyArray<TracePoint> => {
  const points: TracePoint[] = []
  for (const point of known) {
    const kept = revisions.has(point.revision)
    if (points.length === 0 && !kept && point !== known.at(-1)) continue
    const last = points.at(-1)
    const isRunLast =
      last !== undefined &&
      !last.kept &&
      last.clock === point.clock &&
      points.at(-2)?.clock === point.clock
    if (isRunLast) points.pop()
    points.push(kept === point.kept ? point : { ...point, kept })
  }
  return points
}

/** Drops the clocks that no point refers to. */
const forgetClocks = (trace: Trace, points: ReadonlyArray<TracePoint>): Trace => {
  const used = [...new Set(points.map((point) => point.clock))]
  const indexOf = new Map(used.map((clock, index) => [clock, index]))
  const renumbered = (point: TracePoint): TracePoint => {
    const clock = indexOf.get(point.clock) ?? 0
    return clock === point.clock ? point : { ...point, clock }
  }
  return {
    clocks: used.flatMap((clock) => trace.clocks[clock] ?? []),
    points: longListOf(points.map(renumbered)),
    sweepAt: 2 * points.length + pointsSpare,
  }
}

/** Proven ages, at one reading, of the events of a trace. */
export type ProvenAges = {
  /** Centiseconds proven since the event at a revision that the trace kept; 0 when none are. */
  readonly ageCs: (revision: bigint) => number
  /** Wall clock of the event at a kept revision, ISO 8601; null when it was forgotten. */
  readonly wall: (revision: bigint) => string | null
}

/**
 * The largest proven age of every kept event when the clock reads `now` (R13): the longest way from
 * the event to now over spans between two readings of one clock that do not overlap in the stream,
 * one tick less for each span. One backward pass gives all of them.
 */
export const provenAges = (trace: Trace, now: ClockReading): ProvenAges => {
  const points = itemsOf(trace.points)
  const ages = longestWays(points, new Map([[clockIndexOf(trace, now), now.uptimeCs]]))
  return {
    ageCs: (revision) => ages.get(revision) ?? 0,
    wall: (revision) => points.find((point) => point.revision === revision)?.wall ?? null,
  }
}

/** Centiseconds proven between two kept events of a trace; 0 when none are. */
export const provenCsBetween = (trace: Trace, from: bigint, to: bigint): number =>
  longestWays(
    itemsOf(trace.points).filter((point) => point.revision <= to),
    new Map(),
  ).get(from) ?? 0

/**
 * Centiseconds of the longest way from each point to the end. `reach` holds, for each clock, the
 * latest reading that a span may end at, plus what is proven from there on.
 */
const longestWays = (
  points: ReadonlyArray<TracePoint>,
  reach: Map<number, number>,
): ReadonlyMap<bigint, number> => {
  const ages = new Map<bigint, number>()
  let age = 0
  for (const point of points.toReversed()) {
    const furthest = reach.get(point.clock) ?? -Infinity
    age = Math.max(age, furthest - point.uptimeCs - 1)
    reach.set(point.clock, Math.max(furthest, point.uptimeCs + age))
    ages.set(point.revision, age)
  }
  return ages
}

/** Longest time, in centiseconds, that can have passed since a kept event; null: nobody knows. */
export const elapsedCsAtMost = (trace: Trace, since: bigint, now: ClockReading): number | null => {
  const point = itemsOf(trace.points).find((candidate) => candidate.revision === since)
  return point?.clock === clockIndexOf(trace, now) ? now.uptimeCs - point.uptimeCs + 1 : null
}

/** The last event that the clock of a reading has in a trace; null when it has none. */
export const lastEventOf = (
  trace: Trace,
  reading: ClockReading,
): { readonly revision: bigint; readonly sinceCs: number } | null => {
  const clock = trace.clocks[clockIndexOf(trace, reading)]
  return clock === undefined
    ? null
    : { revision: clock.lastRevision, sinceCs: reading.uptimeCs - clock.last.uptimeCs }
}
