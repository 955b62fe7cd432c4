import { clockKeyOf, wallMsOf, type ClockKey, type ClockReading } from './time'

/** One remembered `appended` reading of a stream; `kept` points outlive the compaction of runs. */
export type TracePoint = {
  readonly revision: bigint
  readonly clock: number
  readonly uptimeCs: number
  readonly wallMs: number
  readonly kept: boolean
}

type SeenClock = {
  readonly key: ClockKey
  readonly lastRevision: bigint
  readonly lastUptimeCs: number
}

/**
 * The readings of a stream that can still prove an age (R13), oldest first.
 *
 * Of each run of events by one clock only the first, the last and the kept points are needed: any
 * other span is no longer than one between these. `sweepAt`: with how many points the next
 * {@link keepOnly} is worth its while.
 */
export type Trace = {
  readonly clocks: ReadonlyArray<SeenClock>
  readonly points: ReadonlyArray<TracePoint>
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
export const emptyTrace: Trace = { clocks: [], points: [], sweepAt: pointsSpare }

/** Whether a trace has grown enough for {@link keepOnly} to be worth its while. */
export const isSweepDue = (trace: Trace): boolean => trace.points.length >= trace.sweepAt

/** One event's place and reading, to be added to a trace. */
export type TraceEntry = {
  readonly revision: bigint
  readonly reading: ClockReading
  readonly kept: boolean
}

/** Index of the clock that a reading belongs to, or -1 for one not met yet. */
const clockIndexOf = (trace: Trace, reading: ClockReading): number => {
  const key = clockKeyOf(reading)
  const index = trace.clocks.findLastIndex((clock) => clock.key === key)
  const clock = trace.clocks[index]
  return clock === undefined || reading.uptimeCs < clock.lastUptimeCs ? -1 : index
}

/** Adds an event to a trace; a reading below an earlier one of its clock begins a new clock. */
export const traceEvent = (trace: Trace, entry: TraceEntry): Trace => {
  const { revision, reading, kept } = entry
  const known = clockIndexOf(trace, reading)
  const clock = known === -1 ? trace.clocks.length : known
  const seen = {
    key: clockKeyOf(reading),
    lastRevision: revision,
    lastUptimeCs: reading.uptimeCs,
  }
  const point = { revision, clock, uptimeCs: reading.uptimeCs, wallMs: wallMsOf(reading), kept }
  const last = trace.points.at(-1)
  const isRunLast =
    last !== undefined && !last.kept && last.clock === clock && trace.points.at(-2)?.clock === clock
  return {
    ...trace,
    clocks: known === -1 ? [...trace.clocks, seen] : trace.clocks.with(known, seen),
    points: isRunLast ? trace.points.with(-1, point) : [...trace.points, point],
  }
}

/** Forgets what no age from one of these revisions on can need, and bounds the rest. */
export const keepOnly = (trace: Trace, revisions: ReadonlySet<bigint>): Trace => {
  const points = bounded(needed(trace, revisions))
  return forgetClocks({ ...trace, points, sweepAt: 2 * points.length + pointsSpare })
}

const bounded = (points: ReadonlyArray<TracePoint>): ReadonlyArray<TracePoint> => {
  let excess = points.filter((point) => !point.kept).length - unkeptPointsMax
  return excess <= 0 ? points : points.filter((point) => point.kept || excess-- <= 0)
}

const needed = (trace: Trace, revisions: ReadonlySet<bigint>): ReadonlyArray<TracePoint> => {
  const points: TracePoint[] = []
  for (const point of trace.points) {
    const kept = revisions.has(point.revision)
    if (points.length === 0 && !kept && point !== trace.points.at(-1)) continue
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
const forgetClocks = (trace: Trace): Trace => {
  const used = [...new Set(trace.points.map((point) => point.clock))]
  if (used.length === trace.clocks.length) return trace
  const indexOf = new Map(used.map((clock, index) => [clock, index]))
  return {
    ...trace,
    clocks: used.flatMap((clock) => trace.clocks[clock] ?? []),
    points: trace.points.map((point) => ({ ...point, clock: indexOf.get(point.clock) ?? 0 })),
  }
}

/** Proven ages, at one reading, of the events of a trace. */
export type ProvenAges = {
  /** Centiseconds proven since the event at a revision that the trace kept; 0 when none are. */
  readonly ageCs: (revision: bigint) => number
  /** Wall clock of the event at a kept revision, milliseconds; null when it was forgotten. */
  readonly wallMs: (revision: bigint) => number | null
}

/**
 * The largest proven age of every kept event when the clock reads `now` (R13): the longest way from
 * the event to now over spans between two readings of one clock that do not overlap in the stream,
 * one tick less for each span. One backward pass gives all of them.
 */
export const provenAges = (trace: Trace, now: ClockReading): ProvenAges => {
  const ages = longestWays(trace.points, new Map([[clockIndexOf(trace, now), now.uptimeCs]]))
  return {
    ageCs: (revision) => ages.get(revision) ?? 0,
    wallMs: (revision) => trace.points.find((point) => point.revision === revision)?.wallMs ?? null,
  }
}

/** Centiseconds proven between two kept events of a trace; 0 when none are. */
export const provenCsBetween = (trace: Trace, from: bigint, to: bigint): number =>
  longestWays(
    trace.points.filter((point) => point.revision <= to),
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
  const point = trace.points.find((candidate) => candidate.revision === since)
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
    : { revision: clock.lastRevision, sinceCs: reading.uptimeCs - clock.lastUptimeCs }
}
