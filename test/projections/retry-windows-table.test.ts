import { retryWindowsTable } from '../../projections/retry-windows-table'
import { at, gateBook, ledgerBook } from '../support/ledger-book'
import { rowsOfItems } from '../support/projection-world'

const world = () => {
  const book = ledgerBook()
  return { book, gate: gateBook(book), row: () => rowsOfItems(retryWindowsTable, book.items)[0] }
}

describe('the row of a retry window', () => {
  it('says until when the link is closed, by which kind of wait and for how long', () => {
    const { gate, row } = world()
    gate.fail(10, gate.grant(0))
    expect(row()).toMatchObject({
      link: 'isp',
      closes_at: at(610),
      required_sec: 600,
      closed_by: 'failure',
      failures: 1,
      last_failure_origin: 'exit:generic',
      attempt: null,
    })
  })

  it('follows a policy of the site that is changed later', () => {
    const { gate, row } = world()
    gate.failure(10)
    gate.policy(20, { openIntervalSec: 900, maxOpenRetries: 1 })
    expect(row()).toMatchObject({ closes_at: at(910), required_sec: 900, exhausted: 1 })
  })

  it('says when an attempt counts as abandoned, and since when a link is up', () => {
    const { gate, row } = world()
    const attempt = gate.grant(0)
    expect(row()).toMatchObject({
      attempt: attempt.id,
      granted_at: at(0),
      abandoned_at: at(120),
      closes_at: null,
    })
    gate.of(5, { type: 'AssociationOpened', data: { proof: 'alive', supervised: true } }, attempt)
    expect(row()).toMatchObject({ abandoned_at: null, up_since: at(5), up_proof: 'alive' })
  })

  it('names who holds it, or the whole ledger, and a window that was waived', () => {
    const { book, gate, row } = world()
    const failure = gate.failure(0)
    gate.waive(1, failure.id)
    expect(row()).toMatchObject({ waived: 1, held_by: null })
    book.add('site-policy', { type: 'LinkHeld', data: { reason: 'moving' } })
    expect(row()).toMatchObject({ held_by: 'tester', held_reason: 'moving' })
  })

  it('says what cannot be read', () => {
    const { book, row } = world()
    book.addUnreadable('link-isp')
    expect(row()).toMatchObject({ unreadable: 'damaged' })
  })
})
