import * as fc from 'fast-check'
import { passedAtMost, provenSince, trackOf } from '../../../projections/findings/proven-spans'
import { gateBook, ledgerBook } from '../../support/ledger-book'
import { runs } from '../../support/runs'

type Reading = { readonly clock: string; readonly cs: number; readonly ms: number }

const someReadings: fc.Arbitrary<ReadonlyArray<Reading>> = fc.array(
  fc.record({
    clock: fc.constantFrom('a', 'b', 'c'),
    cs: fc.integer({ min: 0, max: 50 }),
    ms: fc.constant(0),
  }),
  { minLength: 1, maxLength: 7 },
)

/** Tries every set of spans that do not overlap, each between neighbours in the choice. */
const bruteForce = (readings: ReadonlyArray<Reading>, from: number): number => {
  const clocks = readings.map(({ clock, cs }, index) => {
    const earlier = readings.slice(0, index).flatMap((one) => (one.clock === clock ? [one.cs] : []))
    const falls = [...earlier, cs].filter((value, nth, all) => nth > 0 && value < all[nth - 1]!)
    return `${clock}${falls.length}`
  })
  let best = 0
  for (let start = from; start < readings.length; start += 1) {
    for (let end = start + 1; end < readings.length; end += 1) {
      if (clocks[start] !== clocks[end]) continue
      const span = Math.max(0, readings[end]!.cs - readings[start]!.cs - 1)
      best = Math.max(best, span + bruteForce(readings, end))
    }
  }
  return best
}

describe('the proven age of evidence', () => {
  it('is the largest sum of spans that do not overlap', () => {
    fc.assert(
      fc.property(someReadings, (readings) => {
        const [first] = provenSince(trackOf(readings), 0, readings.length - 1)
        // The choice of spans may be any, but the last reading is where ages are told.
        expect(first).toBe(bruteForce(readings, 0))
      }),
      runs(),
    )
  })

  it('takes one tick off each span', () => {
    const track = trackOf([0, 100, 200].map((cs) => ({ clock: 'a', cs, ms: 0 })))
    expect(provenSince(track, 0, 2)).toEqual([199, 99, 0])
  })

  it('is bounded by the clock of the later event when that was read before the earlier', () => {
    const track = trackOf([
      { clock: 'a', cs: 10, ms: 0 },
      { clock: 'b', cs: 500, ms: 0 },
      { clock: 'a', cs: 110, ms: 0 },
    ])
    expect(passedAtMost(track, 1, 2)).toBe(101)
    expect(passedAtMost(track, 0, 1)).toBe(Infinity)
  })
})

/** What happens on a link, on one of three hosts, a while after what happened before. */
const someHistory = fc.array(
  fc.record({
    kind: fc.constantFrom('failure', 'refusal', 'refusal', 'grant'),
    host: fc.constantFrom('a', 'b', 'c'),
    afterMs: fc.constantFrom(1, 9990, 59_995, 199_999, 299_990, 300_000, 599_999, 600_011),
  }),
  { minLength: 2, maxLength: 12 },
)

describe('the audit of grants by an observer who knows the true time', () => {
  it('finds no early dial kept, and none broken that waited', () => {
    fc.assert(
      fc.property(someHistory, (history) => {
        const book = ledgerBook()
        const gate = gateBook(book)
        let nowMs = 0
        let failedMs = -Infinity
        const waits = new Map<string, number>()
        for (const { kind, host, afterMs } of history) {
          nowMs += afterMs
          // A clock tells whole hundredths of a second that are over.
          const sec = Math.floor(nowMs / 10) / 100
          if (kind === 'refusal') gate.refusal(sec, host)
          if (kind === 'grant') {
            const attempt = gate.grant(sec, { boot: host })
            waits.set(attempt.id, nowMs - failedMs)
            gate.fail(sec, attempt, host)
          }
          if (kind === 'failure') gate.failure(sec, host)
          if (kind !== 'refusal') failedMs = nowMs
        }
        const { findings, totals } = book.audit()
        const verdicts = new Map(findings.map((finding) => [finding.id, finding.verdict]))
        expect(totals.dials).toBe(waits.size)
        for (const [id, waitMs] of waits) {
          const verdict = verdicts.get(id) ?? 'kept'
          if (verdict === 'kept') expect(waitMs).toBeGreaterThanOrEqual(600_000)
          if (verdict === 'broken') expect(waitMs).toBeLessThan(600_000)
        }
      }),
      runs(),
    )
  })
})
