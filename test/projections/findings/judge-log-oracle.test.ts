import * as fc from 'fast-check'
import { oracleVerdicts, type OracleRecord } from '../../support/audit-oracle'
import { ledgerBook, logBook } from '../../support/ledger-book'
import { runs } from '../../support/runs'

const intervals = [30, 130, 600]

/** Records whose distances lie around everything that the rules compare them with. */
const aSmallLog = fc.constantFrom(...intervals).chain((intervalSec) => {
  const around = [3, 60, 120, intervalSec, intervalSec + 120]
  const deltas = [0, 1, 4, 300, 5000, ...around.flatMap((sec) => [sec - 1, sec, sec + 1, sec + 2])]
  const record = fc.record({
    eventId: fc.constantFrom<OracleRecord['eventId']>(
      ...([9309, 9311, 4284, 4287, 1294, 289, 289, 289, 301] as const),
    ),
    delta: fc.constantFrom(...deltas),
    isUnnamed: fc.boolean(),
  })
  return fc.array(record, { minLength: 1, maxLength: 6 }).map((steps) => {
    let sec = 0
    const records = steps.map(({ eventId, delta, isUnnamed }): OracleRecord => {
      sec += delta
      const canBeUnnamed = eventId === 4284 || eventId === 4287 || eventId === 301
      return { eventId, sec, isUnnamed: isUnnamed && canBeUnnamed }
    })
    return { intervalSec, records }
  })
})

const auditOf = (records: ReadonlyArray<OracleRecord>, intervalSec: number) => {
  const book = ledgerBook()
  const log = logBook(book)
  log.add(289, -90_000, { link: 'b' })
  for (const { eventId, sec, isUnnamed } of records) {
    log.add(eventId, sec, isUnnamed ? { link: null, candidates: ['a', 'b'] } : {})
  }
  log.read(-100_000, 100_000)
  return book.audit({ link: 'a', openIntervalSec: intervalSec })
}

const inWords = (records: ReadonlyArray<OracleRecord>): string =>
  records.map(({ eventId, sec, isUnnamed }) => `${eventId}${isUnnamed ? '?' : ''}@${sec}`).join(' ')

describe('a brute-force oracle', () => {
  it('agrees with the audit of logs on how many dials are broken, kept and neither', () => {
    fc.assert(
      fc.property(aSmallLog, ({ records, intervalSec }) => {
        const { totals } = auditOf(records, intervalSec)
        const verdicts = oracleVerdicts(records, intervalSec)
        const count = (verdict: string) => verdicts.filter((one) => one === verdict).length
        const expected = {
          dials: verdicts.length,
          broken: count('broken'),
          kept: count('kept'),
          cannotTell: count('cannot-tell'),
        }
        const { dials, broken, kept, cannotTell } = totals
        const log = inWords(records)
        expect({ log, intervalSec, dials, broken, kept, cannotTell }).toEqual({
          log,
          intervalSec,
          ...expected,
        })
      }),
      runs(),
    )
  })
})
