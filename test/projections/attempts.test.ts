import { attempts } from '../../projections/attempts'
import { at, gateBook, ledgerBook, logBook } from '../support/ledger-book'
import { rowsOfItems } from '../support/projection-world'

const ended = (upCs: number | null, abnormal = false) => ({
  type: 'AssociationEnded' as const,
  data: {
    origin: 'exit:pppd',
    code: 16,
    abnormal,
    reason: 'hangup',
    upCs,
    resets: false,
    short: false,
    window: 'none' as const,
  },
})

const opened = {
  type: 'AssociationOpened' as const,
  data: { proof: 'output' as const, supervised: true },
}

const started = { type: 'DialStarted' as const, data: { pid: 7 } }
const observed = { type: 'DialObserved' as const, data: { by: 'phone bill', endedAt: null } }
const notStarted = {
  type: 'DialNotStarted' as const,
  data: { origin: 'exec', code: 127, reason: 'not found', counts: true },
}
const error = { type: 'ConnectionErrorOccurred' as const, data: { origin: 'ras', code: 629 } }

const world = () => {
  const book = ledgerBook()
  const gate = gateBook(book)
  return { book, gate, rows: () => rowsOfItems(attempts, book.items) }
}

describe('the view of attempts', () => {
  it('shows intent beside effect: granted, started, up, ended', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    gate.of(1, started, attempt)
    gate.of(5, opened, attempt)
    gate.of(65, ended(6000), attempt)
    expect(rows()).toMatchObject([
      {
        attempt: attempt.id,
        link: 'isp',
        granted_at: at(0),
        started_at: at(1),
        outcome: 'ended',
        reason: 'hangup',
        up_ms: 60_000,
        up_proof: 'output',
        evidence: 0,
      },
    ])
  })

  it('shows a grant that nothing followed as open', () => {
    const { gate, rows } = world()
    gate.grant(0)
    expect(rows()).toMatchObject([{ outcome: 'open', started_at: null, settled_at: null }])
  })

  it('shows a failed attempt with its evidence, its code and where that was seen', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    gate.of(3, error, attempt)
    gate.fail(4, attempt)
    expect(rows()).toMatchObject([
      { outcome: 'failed', evidence: 3, origin: 'exit:generic', code: 1 },
    ])
  })

  it('shows an abnormal end, and an attempt that was abandoned', () => {
    const { gate, rows } = world()
    const first = gate.grant(0)
    gate.of(5, opened, first)
    gate.of(65, ended(null, true), first)
    const second = gate.grant(1000)
    gate.of(2000, { type: 'DialAbandoned', data: {} }, second)
    const outcomes = Object.fromEntries(rows().map((row) => [row['attempt'], row['outcome']]))
    expect(outcomes).toEqual({ [first.id]: 'ended-abnormally', [second.id]: 'abandoned' })
  })

  it('counts evidence that comes after a dial that never started as a dial that failed', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    gate.of(1, notStarted, attempt)
    expect(rows()).toMatchObject([{ outcome: 'not-started', code: 127 }])
    gate.of(2, error, attempt)
    expect(rows()).toMatchObject([{ outcome: 'failed' }])
  })

  it('shows a dial that was seen beside its grant, and one that nobody granted by itself', () => {
    const { gate, rows } = world()
    const attempt = gate.grant(0)
    gate.of(1, observed, attempt)
    gate.add(900, observed)
    expect(rows()).toMatchObject([
      { attempt: attempt.id, outcome: 'open', seen_by: 'phone bill', granted_at: at(0) },
      { outcome: 'observed', seen_by: 'phone bill', granted_at: null },
    ])
  })

  it('takes nothing from imported logs', () => {
    const { book, rows } = world()
    logBook(book).add(289, 100)
    expect(rows()).toEqual([])
  })
})
