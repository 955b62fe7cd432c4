import { gateBook, ledgerBook, readingAt, verdictsIn } from '../../support/ledger-book'

/** A link with a failure at 20 s, a site policy that cannot be read from then on, and a release. */
const aReleasedSite = (past = '0') => {
  const book = ledgerBook()
  const gate = gateBook(book)
  gate.fail(20, gate.grant(0))
  book.addUnreadable('site-policy')
  const release = (sec: number, boot?: string) =>
    book.add(
      'site-policy',
      { type: 'LinkReleased', data: { reason: 'restored', past } },
      { appended: readingAt(sec, boot) },
    )
  const refusal = (sec: number) => {
    const deniedBy = [{ rule: 'site-released' as const, notBefore: null }]
    return gate.add(sec, { type: 'DialRefused', data: { deniedBy, retryAfterSec: 600 } })
  }
  return { book, gate, release, refusal }
}

describe('a grant while the policy of the site cannot be read', () => {
  it('cannot be told until a release that covers the unreadable event', () => {
    const { book, gate, release, refusal } = aReleasedSite()
    gate.grant(1000)
    release(2000)
    refusal(2010)
    gate.grant(2610.01)
    expect(book.audit().totals).toMatchObject({ dials: 3, kept: 2, cannotTell: 1 })
  })

  it('cannot be told after a release that names an earlier event', () => {
    const { book, gate, release, refusal } = aReleasedSite('-1')
    release(2000)
    refusal(2010)
    gate.grant(2700)
    expect(verdictsIn(book.audit())).toEqual(['cannot-tell: ledger-unreadable'])
  })

  it('cannot be told once another event cannot be read', () => {
    const { book, gate, release, refusal } = aReleasedSite()
    release(2000)
    refusal(2010)
    book.addUnreadable('site-policy')
    gate.grant(2700)
    expect(verdictsIn(book.audit())).toEqual(['cannot-tell: ledger-unreadable'])
  })
})

describe('G22: a grant after the policy of the site was released', () => {
  it.each([
    [2610.01, []],
    [2610, ['cannot-tell: not-proven']],
    [2605, ['broken: inside-window']],
  ])('at %s s is judged by the refusal at 2010 that opened the wait', (sec, verdicts) => {
    const { book, gate, release, refusal } = aReleasedSite()
    release(2000)
    refusal(2010)
    gate.grant(sec)
    expect(verdictsIn(book.audit())).toEqual(verdicts)
  })

  it('is broken when no refusal opened the wait and the clock of the release shows no interval', () => {
    const { book, gate, release } = aReleasedSite()
    const released = release(2000)
    gate.refusal(2010)
    gate.grant(2100)
    expect(book.audit().findings).toMatchObject([
      { verdict: 'broken', missingSec: 499.99, window: { openedBy: { id: released.id } } },
    ])
  })

  it('is kept one interval after the release by its clock, and stays so', () => {
    const { book, gate, release } = aReleasedSite()
    release(2000)
    gate.grant(2700)
    expect(book.audit().totals).toMatchObject({ dials: 2, kept: 2 })
  })

  it('cannot be told when no refusal opened the wait and another clock wrote the release', () => {
    const { book, gate, release } = aReleasedSite()
    release(2000, 'boot-b-1')
    gate.grant(2700)
    expect(verdictsIn(book.audit())).toEqual(['cannot-tell: ledger-unreadable'])
  })

  it('waits for nothing on a link that is new since then', () => {
    const { book, release } = aReleasedSite()
    release(2000)
    gateBook(book, 'new').grant(2001)
    expect(book.audit().totals).toMatchObject({ dials: 2, kept: 2 })
  })
})
