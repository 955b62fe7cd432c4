import * as fc from 'fast-check'
import { logText } from '../../support/log-bytes'
import { importCase } from '../../support/import-case'
import {
  american,
  connectionError,
  german,
  ntCsv,
  ntText,
  openFailed,
  rasError,
  type MadeRecord,
} from '../../support/nt-log'

const start = Date.UTC(1999, 11, 24, 23, 59, 0)

const made: fc.Arbitrary<(at: number) => MadeRecord> = fc.oneof(
  fc.constantFrom('A', 'b', 'Straße').map((name) => (at: number) => openFailed(at, name)),
  fc.tuple(fc.constantFrom('A', 'b'), fc.constantFrom(629, 676, 633)).map(
    ([name, code]) =>
      (at: number) =>
        rasError(at, name, code),
  ),
  fc.constantFrom(1, 2).map((code) => (at: number) => connectionError(at, code)),
)

/** Logs, oldest first: seconds with several equal records, and clocks that go back. */
const logs: fc.Arbitrary<ReadonlyArray<MadeRecord>> = fc
  .array(fc.tuple(made, fc.constantFrom(0, 0, 0, 1000, 61_000, 61_000, -7000)), { maxLength: 14 })
  .map((steps) => {
    let at = start
    return steps.map(([make, step]) => {
      at += step
      return make(at)
    })
  })

const storedBy = async (...exports: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const ledger = importCase()
  for (const text of exports) {
    const { _tag, logs: read } = await ledger.run(logText(text))
    expect(text === '' ? 'foreign' : 'imported').toBe(_tag)
    expect(read.flatMap(({ errors }) => errors)).toHaveLength(text === '' ? 1 : 0)
  }
  const evidence = await ledger.evidence()
  return evidence
    .map(({ stream, id, data }) => `${stream} ${id} ${'code' in data ? data.code : ''}`)
    .toSorted()
}

/** Whether no second is cut by both exports: equal records of one second cannot be told apart. */
const isToldApart = (log: ReadonlyArray<MadeRecord>, from: number, to: number): boolean => {
  const cut = (index: number): ReadonlyArray<number> =>
    log
      .slice(index)
      .flatMap(({ at }) => (log.slice(0, index).some((it) => it.at === at) ? [at] : []))
  const both = new Set(cut(from))
  return !cut(to).some((at) => both.has(at))
}

describe('importing', () => {
  it('twice is importing once, whatever the order and shape of the export', async () => {
    const property = fc.asyncProperty(logs, async (log) => {
      const whole = await storedBy(ntText(log))
      expect(whole).toHaveLength(log.length)
      expect(await storedBy(ntText(log), ntText(log))).toEqual(whole)
      expect(await storedBy(ntCsv(log.toReversed(), german), ntText(log, american))).toEqual(whole)
    })
    await fc.assert(property, { numRuns: 1000 })
  })

  it('two overlapping exports is importing the whole log, in any order', async () => {
    const property = fc.asyncProperty(
      logs,
      fc.nat(14),
      fc.nat(14),
      fc.boolean(),
      async (log, first, second, isLaterFirst) => {
        const from = Math.min(first, second, log.length)
        const to = Math.min(Math.max(first, second), log.length)
        fc.pre(isToldApart(log, from, to))
        const parts = [ntText(log.slice(0, to)), ntText(log.slice(from).toReversed())]
        const whole = await storedBy(ntText(log))
        expect(await storedBy(...(isLaterFirst ? parts.toReversed() : parts))).toEqual(whole)
      },
    )
    await fc.assert(property, { numRuns: 1000 })
  })
})
