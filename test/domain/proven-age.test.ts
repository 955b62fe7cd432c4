import fc from 'fast-check'
import {
  keepOnly,
  provenAges,
  traceEvent,
  unkeptPointsMax,
  emptyTrace,
  type Trace,
} from '../../domain/proven-age'
import { itemsOf, lengthOf } from '../../domain/long-list'
import { aReading } from '../support/event-builders'
import { runs } from '../support/runs'

type Step = { readonly clock: number; readonly sec: number; readonly kept: boolean }

const clocksMax = 3

/** Small streams: which clock wrote each event, how much true time went by, what is asked of it. */
const steps = fc.array(
  fc.record({
    clock: fc.nat(clocksMax - 1),
    sec: fc.integer({ min: 0, max: 20 }),
    kept: fc.boolean(),
  }),
  { minLength: 1, maxLength: 9 },
)

const readingAt = (clock: number, trueCs: number) =>
  aReading({ bootId: `boot-${clock}`, uptimeCs: 1000 * (clock + 1) + trueCs })

type Written = {
  readonly trace: Trace
  readonly spots: ReadonlyArray<Spot>
  readonly nowCs: number
}
type Spot = { readonly clock: number; readonly uptimeCs: number }

const write = (history: ReadonlyArray<Step>, sweptAfter: number): Written => {
  let trace = emptyTrace
  let nowCs = 0
  const spots: Spot[] = []
  const keptRevisions = new Set<bigint>()
  history.forEach(({ clock, sec, kept }, index) => {
    nowCs += sec * 100
    const reading = readingAt(clock, nowCs)
    const revision = BigInt(index)
    if (kept) keptRevisions.add(revision)
    trace = traceEvent(trace, { revision, reading, kept })
    if (index === sweptAfter) trace = keepOnly(trace, keptRevisions)
    spots.push({ clock, uptimeCs: reading.uptimeCs })
  })
  return { trace, spots, nowCs }
}

/** The largest sum over all subsets of spans of one clock that do not overlap, by trying them all. */
const bruteForceAgeCs = (spots: ReadonlyArray<Spot>, from: number): number => {
  const best = (start: number): number => {
    let most = 0
    for (let first = start; first < spots.length; first += 1) {
      for (let last = first + 1; last < spots.length; last += 1) {
        const a = spots[first]
        const b = spots[last]
        if (a === undefined || b === undefined || a.clock !== b.clock) continue
        most = Math.max(most, Math.max(0, b.uptimeCs - a.uptimeCs - 1) + best(last))
      }
    }
    return most
  }
  return best(from)
}

describe('proven ages', () => {
  it('are the best choice of spans that do not overlap, also after forgetting', () => {
    fc.assert(
      fc.property(
        steps,
        fc.nat(clocksMax),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: -1, max: 8 }),
        (history, asker, waitSec, sweptAfter) => {
          const { trace, spots, nowCs } = write(history, sweptAfter)
          const now = readingAt(asker, nowCs + waitSec * 100)
          const all = [...spots, { clock: asker, uptimeCs: now.uptimeCs }]
          const ages = provenAges(trace, now)
          history.forEach(({ kept }, index) => {
            if (kept) expect(ages.ageCs(BigInt(index))).toBe(bruteForceAgeCs(all, index))
          })
        },
      ),
      runs(),
    )
  })

  it('never exceed the true time', () => {
    fc.assert(
      fc.property(steps, fc.nat(clocksMax), (history, asker) => {
        const { trace, nowCs } = write(history, -1)
        const ages = provenAges(trace, readingAt(asker, nowCs + 500))
        let trueCs = 0
        history.forEach(({ sec, kept }, index) => {
          trueCs += sec * 100
          if (kept) expect(ages.ageCs(BigInt(index))).toBeLessThanOrEqual(nowCs + 500 - trueCs)
        })
      }),
      runs(),
    )
  })

  it('begin anew when a reading falls below an earlier one of its clock', () => {
    const trace = [
      { revision: 0n, reading: aReading({ uptimeCs: 5000 }), kept: true },
      { revision: 1n, reading: aReading({ uptimeCs: 100 }), kept: false },
    ].reduce(traceEvent, emptyTrace)
    expect(provenAges(trace, aReading({ uptimeCs: 6000 })).ageCs(0n)).toBe(5899)
    expect(provenAges(trace, aReading({ uptimeCs: 50 })).ageCs(0n)).toBe(0)
  })
})

describe('a trace', () => {
  const alternating = (count: number): Trace => {
    let trace = traceEvent(emptyTrace, { revision: 0n, reading: readingAt(0, 0), kept: true })
    for (let n = 1; n <= count; n += 1) {
      const reading = readingAt(n % 2, n * 6000)
      trace = traceEvent(trace, { revision: BigInt(n), reading, kept: false })
      if (lengthOf(trace.points) >= trace.sweepAt) trace = keepOnly(trace, new Set([0n]))
    }
    return trace
  }

  it('stays bounded while two clocks take turns for weeks, and forgets no kept event', () => {
    const trace = alternating(20_000)
    expect(lengthOf(trace.points)).toBeLessThanOrEqual(2 * unkeptPointsMax + 200)
    expect(itemsOf(trace.points)[0]?.revision).toBe(0n)
    const ages = provenAges(trace, readingAt(0, 20_001 * 6000))
    expect(ages.ageCs(0n)).toBe(20_001 * 6000 - 1)
  })
})
