import * as fc from 'fast-check'
import { importCase } from '../../support/import-case'
import { cleanEvt, dirtyEvt, wrappedEvt, type MadeEvtRecord } from '../../support/evt-file'
import { logBytes, logText } from '../../support/log-bytes'
import { mtaMessageIds, mtaStrings, shownRecord } from '../../support/mta-log'
import { american, german, ntCsv, ntText } from '../../support/nt-log'

const start = Date.UTC(1999, 11, 24, 23, 59, 0)

/** Logs, oldest first: equal records, whole seconds, clocks that go back. */
const logs: fc.Arbitrary<ReadonlyArray<MadeEvtRecord>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...mtaMessageIds),
      fc.constantFrom('A', 'b', 'Straße'),
      fc.constantFrom(629, 633),
      fc.constantFrom(0, 0, 1000, 61_000, -7000),
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((steps) => {
    let at = start
    return steps.map(([eventId, name, number, step]) => {
      at += step
      return { at, eventId, strings: mtaStrings(eventId, name, number) }
    })
  })

const textOf = (log: ReadonlyArray<MadeEvtRecord>): Buffer =>
  Buffer.from(ntText(log.map(shownRecord), american))

const csvOf = (log: ReadonlyArray<MadeEvtRecord>): Buffer =>
  Buffer.from(ntCsv(log.map(shownRecord).toReversed(), german))

const storedBy = async (...files: ReadonlyArray<Buffer>): Promise<ReadonlyArray<string>> => {
  const ledger = importCase()
  for (const file of files) {
    const outcome = await ledger.run(logBytes(file), {
      source: 'mail1',
      dateOrder: dateOrderOf(file),
    })
    expect(outcome).toMatchObject({ _tag: 'imported', logs: [{ errors: [] }] })
  }
  const evidence = await ledger.evidence()
  return evidence
    .map(({ stream, id, data }) => `${stream} ${id} ${'code' in data ? data.code : ''}`)
    .toSorted()
}

const dateOrderOf = (file: Buffer) => (file.includes('AM') || file.includes('PM') ? 'mdy' : null)

describe('A6: one log', () => {
  it('as text, as CSV and as a binary file is stored once', async () => {
    const property = fc.asyncProperty(logs, fc.boolean(), async (log, isBinaryFirst) => {
      const binary = cleanEvt(log)
      const whole = await storedBy(binary)
      expect(whole).toHaveLength(log.length)
      const files = [binary, textOf(log), csvOf(log)]
      expect(await storedBy(...(isBinaryFirst ? files : files.toReversed()))).toEqual(whole)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('copied while in use, and saved later, is stored once', async () => {
    const property = fc.asyncProperty(logs, fc.nat(13), async (log, length) => {
      const first = log.slice(0, length + 1)
      const rest = log[length + 1]
      // Equal records of one second that both copies cut cannot be told apart.
      fc.pre(rest === undefined || first.every(({ at }) => at !== rest.at))
      expect(await storedBy(dirtyEvt(first, 4096), cleanEvt(log))).toEqual(
        await storedBy(cleanEvt(log)),
      )
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('that was full gives what is left of it, and the rest comes from an older text', async () => {
    const log = Array.from({ length: 60 }, (_, index) => ({
      at: start + index * 61_000,
      eventId: 289,
      strings: mtaStrings(289, index % 2 === 0 ? 'A' : 'b', 0),
    }))
    const wrapped = wrappedEvt(log, 8192)
    const left = await storedBy(wrapped)
    expect(left.length).toBeLessThan(40)
    const both = await storedBy(wrapped, textOf(log.slice(0, 50)))
    expect(both).toEqual(await storedBy(textOf(log)))
  })
})

describe('a binary log', () => {
  const dial = (at: number, number: number): MadeEvtRecord => ({
    at,
    number,
    eventId: 289,
    strings: mtaStrings(289, 'A', 0),
  })

  it('keeps the zone and the date order that are stated for text out of it', async () => {
    const ledger = importCase()
    const zone = { name: '-08:00', minutes: -480 }
    await ledger.run(logBytes(cleanEvt([dial(start, 1)])), { zone, dateOrder: 'ymd' })
    const [read] = await ledger.ofType('SourceRead')
    expect(read?.data).toMatchObject({ zone: '+00:00', dateOrder: null, resolutionSec: 1 })
    const [failed] = await ledger.evidence()
    expect(failed?.metadata.stated).toBe(new Date(start).toISOString())
  })

  it('tells which record numbers are missing, and where its evidence comes from', async () => {
    const ledger = importCase()
    const file = cleanEvt([dial(start, 7), dial(start + 60_000, 8), dial(start + 120_000, 11)])
    const outcome = await ledger.run(logBytes(file))
    expect(outcome.logs).toMatchObject([{ gaps: 1, records: 3, recovered: 0 }])
    const [read] = await ledger.ofType('SourceRead')
    expect(read?.data).toMatchObject({ recordNumbers: [[7, 11]], gaps: [[8, 11]] })
    const evidence = await ledger.evidence()
    expect(evidence.map(({ metadata }) => metadata.source)).toMatchObject([
      { record: 7, offset: 0x30 },
      { record: 8 },
      { record: 11 },
    ])
  })

  it('marks recovered evidence, and covers no time by it', async () => {
    const ledger = importCase()
    const old = cleanEvt([1, 2, 3, 4].map((number) => dial(start + number * 1000, number)))
    const now = cleanEvt([dial(start + 3_600_000, 1)])
    const file = Buffer.concat([now, old.subarray(now.length)])
    const outcome = await ledger.run(logBytes(file))
    expect(outcome.logs).toMatchObject([{ records: 3, recognised: 3, recovered: 2, gaps: 0 }])
    const evidence = await ledger.evidence()
    const sources = evidence.map(({ metadata }) => metadata.source)
    expect(sources).toMatchObject([{ recovered: true }, { recovered: true }, { record: 1 }])
    expect(sources[2]).not.toHaveProperty('recovered')
    const [read] = await ledger.ofType('SourceRead')
    const from = new Date(start + 3_600_000).toISOString()
    expect(read?.data).toMatchObject({ from, to: from, recordNumbers: [[1, 1]] })
  })

  it('is refused as text, and read when it is said to be binary', async () => {
    const bytes = logBytes(cleanEvt([dial(start, 1)]))
    expect(await importCase().run(bytes, { format: 'nt-text' })).toMatchObject({ _tag: 'foreign' })
    expect(await importCase().run(bytes, { format: 'evt' })).toMatchObject({ _tag: 'imported' })
    expect(await importCase().run(logText('11/18/96'), { format: 'evt' })).toMatchObject({
      _tag: 'foreign',
    })
  })
})
