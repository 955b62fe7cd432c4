import { linkHealth } from '../../projections/link-health'
import { at, gateBook, ledgerBook, logBook } from '../support/ledger-book'
import { rowsOfItems } from '../support/projection-world'

const opened = {
  type: 'AssociationOpened' as const,
  data: { proof: 'exit' as const, supervised: true },
}

const ended = (upCs: number | null) => ({
  type: 'AssociationEnded' as const,
  data: {
    origin: 'exit:pppd',
    code: 0,
    abnormal: false,
    reason: 'requested',
    upCs,
    resets: true,
    short: false,
    window: 'none' as const,
  },
})

const world = () => {
  const book = ledgerBook()
  return { book, gate: gateBook(book), row: () => rowsOfItems(linkHealth, book.items)[0] }
}

describe('the health of a link', () => {
  it('measures the longest outage from its first failure until it is up again', () => {
    const { gate, row } = world()
    gate.fail(10, gate.grant(0))
    gate.fail(700, gate.grant(690))
    expect(row()).toMatchObject({ outages: 1, down_since: at(10), longest_outage_ms: 0 })
    const third = gate.grant(1400)
    gate.of(1410, opened, third)
    expect(row()).toMatchObject({
      outages: 1,
      down_since: null,
      up_since: at(1410),
      longest_outage_ms: 1_400_000,
      attempts: 3,
      succeeded: 1,
      success_rate: 1 / 3,
    })
  })

  it('goes by uptime where the wall clock was stepped meanwhile', () => {
    const { gate, book, row } = world()
    gate.failure(0)
    const attempt = gate.grant(100)
    const up = gate.of(100, opened, attempt)
    const stepped = { ...up.metadata.appended, wall: at(-5000) }
    book.items.splice(-1, 1, { ...up, metadata: { ...up.metadata, appended: stepped } })
    expect(row()).toMatchObject({ longest_outage_ms: 100_000 })
  })

  it('adds the time up that one clock proves, and counts the sessions that none does', () => {
    const { gate, row } = world()
    for (const upCs of [12_000, null]) {
      const attempt = gate.grant(0)
      gate.of(5, opened, attempt)
      gate.of(125, ended(upCs), attempt)
    }
    expect(row()).toMatchObject({ up_ms: 120_000, unmeasured_sessions: 1, up_since: null })
  })

  it('leaves dials that never started out of the rate, and counts refusals', () => {
    const { gate, row } = world()
    const data = { origin: 'exec', code: 127, reason: 'not found', counts: true }
    gate.of(1, { type: 'DialNotStarted', data }, gate.grant(0))
    gate.refusal(3)
    expect(row()).toMatchObject({ attempts: 1, not_started: 1, success_rate: null, refusals: 1 })
  })

  it('takes nothing from imported logs', () => {
    const { book, row } = world()
    logBook(book).add(289, 100)
    expect(row()).toMatchObject({ outages: 0, down_since: null })
  })

  it('says that a stream lost its start, until a person accepts that', () => {
    const { book, gate, row } = world()
    gate.failure(0)
    gate.failure(1)
    book.items.shift()
    expect(row()).toMatchObject({ unreadable: 'events before it are missing' })
    gate.add(2, { type: 'LinkReleased', data: { reason: 'seen', past: '1' } })
    expect(row()).toMatchObject({ unreadable: null })
  })
})
