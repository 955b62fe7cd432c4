import { timeline } from '../../projections/timeline'
import { everyEvent } from '../support/every-event'
import { gateBook, ledgerBook, logBook } from '../support/ledger-book'
import { rowsOfItems } from '../support/projection-world'

describe('the timeline', () => {
  it('has a row of every type of event, with a few words of its own', () => {
    const book = ledgerBook()
    for (const event of Object.values(everyEvent)) book.add('link-isp', event)
    const rows = rowsOfItems(timeline, book.items)
    expect(rows.map(({ type }) => type).toSorted()).toEqual(Object.keys(everyEvent).toSorted())
    const summaries = rows.map(({ summary }) => String(summary))
    expect(new Set(summaries).size).toBe(rows.length)
    expect(summaries).not.toContainEqual(expect.stringMatching(/undefined|null|NaN/u))
  })

  it('names the attempt of a grant, the time that a log states, and the link of a stream', () => {
    const book = ledgerBook()
    const attempt = gateBook(book).grant(5)
    logBook(book, { link: 'isp' }).add(289, 3)
    expect(rowsOfItems(timeline, book.items)).toMatchObject([
      { position: 1, link: 'isp', attempt: attempt.id },
      { position: 2, source: 'import', at: '2026-01-01T00:00:03.000Z', origin: 'mta:289' },
    ])
  })

  it('shows an event that cannot be read', () => {
    const book = ledgerBook()
    book.addUnreadable('site-policy')
    expect(rowsOfItems(timeline, book.items)).toMatchObject([
      { type: 'Unreadable', link: null, summary: 'cannot be read: damaged' },
    ])
  })
})
