import { episodes } from '../../projections/episodes'
import { at, gateBook, ledgerBook, logBook } from '../support/ledger-book'
import { rowsOfItems } from '../support/projection-world'

const world = () => {
  const book = ledgerBook()
  return { book, gate: gateBook(book), rows: () => rowsOfItems(episodes, book.items) }
}

describe('the view of episodes', () => {
  it('gathers all evidence of one attempt, whatever comes between', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    const error = { type: 'RasErrorOccurred' as const, data: { origin: 'ras', code: 629 } }
    gate.of(3, error, attempt)
    gate.refusal(4)
    gate.fail(5, attempt)
    expect(rows()).toMatchObject([
      {
        episode: attempt.id,
        attempt: attempt.id,
        link: 'isp',
        source: 'gate',
        evidence: 3,
        origins: 'ras exit:generic exit:generic',
        code: 1,
        shape: 'dial',
        first_revision: 1,
        last_revision: 4,
      },
    ])
  })

  it('opens one for evidence without an attempt, unless it names another', () => {
    const { gate, rows } = world()
    const first = gate.failure(0)
    const data = { origin: 'record', code: 678, episode: first.id }
    gate.add(10, { type: 'RasErrorOccurred', data })
    gate.failure(2000)
    expect(rows().map(({ evidence }) => evidence)).toEqual([2, 1])
  })

  it('tells a dial that never started from one that failed', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    const data = { origin: 'exec', code: 127, reason: 'not found', counts: true }
    gate.of(1, { type: 'DialNotStarted', data }, attempt)
    expect(rows()).toMatchObject([{ shape: 'not-started' }])
    gate.of(2, { type: 'RasErrorOccurred', data: { origin: 'ras', code: 1 } }, attempt)
    expect(rows()).toMatchObject([{ shape: 'dial', evidence: 2 }])
  })

  it('reads the chain of a log as one failure, and the next chain as another', () => {
    const { book, rows } = world()
    const log = logBook(book, { seconds: 600 })
    for (const eventId of [9311, 1028, 1294, 289, 301]) log.add(eventId, 100)
    for (const eventId of [9311, 289]) log.add(eventId, 160)
    expect(rows()).toMatchObject([
      {
        source: 'import',
        computer: 'SRV1',
        first_at: at(100),
        evidence: 5,
        origins: 'mta:9311 mta:1028 mta:1294 mta:289 RetryDelayStarted',
        retry_timer_sec: 600,
        may_be_two: 0,
      },
      { first_at: at(160), evidence: 2, retry_timer_sec: null },
    ])
  })

  it('says where a drop and an open failure may be two failures, and what is a drop alone', () => {
    const { book, rows } = world()
    const log = logBook(book)
    log.add(1294, 100)
    log.add(289, 130)
    log.add(1294, 5000)
    expect(rows()).toMatchObject([
      { shape: 'dial', may_be_two: 1 },
      { shape: 'drop', may_be_two: 0 },
    ])
  })

  it('keeps apart what two computers log', () => {
    const { book, rows } = world()
    logBook(book, { computer: 'SRV1' }).add(9311, 100)
    logBook(book, { computer: 'SRV2' }).add(289, 101)
    expect(rows().map(({ computer }) => computer)).toEqual(['SRV1', 'SRV2'])
  })

  it('shows who waived a window', () => {
    const { gate, rows } = world()
    const first = gate.failure(0)
    gate.waive(5, first.id)
    expect(rows()).toMatchObject([{ waived_at: at(5), waived_by: 'tester' }])
  })
})
