import { gateBook, ledgerBook, logBook, at, readingAt, verdictsIn } from '../../support/ledger-book'

const aGate = () => {
  const book = ledgerBook()
  return { book, gate: gateBook(book) }
}

describe('a grant after a failure', () => {
  it.each([
    [620.01, 'kept'],
    [620.02, 'kept'],
    [620, 'broken'],
    [300, 'broken'],
  ])('G2: at %s s is %s when the failure ended at 20', (sec, verdict) => {
    const { book, gate } = aGate()
    gate.fail(20, gate.grant(0))
    gate.grant(sec)
    const { totals } = book.audit()
    expect(totals).toMatchObject({ dials: 2, kept: verdict === 'kept' ? 2 : 1 })
  })

  it('names the window and the missing seconds', () => {
    const { book, gate } = aGate()
    gate.fail(20, gate.grant(0))
    const early = gate.grant(100)
    expect(book.audit().findings).toMatchObject([
      {
        id: early.id,
        verdict: 'broken',
        reason: 'inside-window',
        missingSec: 519.99,
        missingSecMax: 520.01,
        dialedBetween: [at(100), at(100)],
        window: { openedAt: at(20), closesAt: at(620), requiredBy: 'default-policy' },
      },
    ])
  })

  it('G21: is broken by the policy that was in force from the failure on, though a shorter one followed', () => {
    const { book, gate } = aGate()
    gate.policy(-10, { openIntervalSec: 600 })
    gate.fail(0, gate.grant(-5, { site: '0' }))
    gate.policy(150, { openIntervalSec: 60 })
    gate.grant(200, { site: '1' })
    expect(book.audit().totals).toMatchObject({ dials: 2, broken: 1 })
  })

  it('G21: is broken by the longest policy in between', () => {
    const { book, gate } = aGate()
    gate.fail(0, gate.grant(-5))
    gate.policy(10, { openIntervalSec: 3600 }, 'link')
    gate.policy(20, { openIntervalSec: 600 }, 'link')
    gate.grant(700, { linkPolicy: '4' })
    expect(book.audit().findings[0]?.window).toMatchObject({
      requiredSec: 3600,
      requiredBy: 'policy',
    })
  })

  it('G33: is judged by the interval of the grant that failed, lowered before its failure', () => {
    const { book, gate } = aGate()
    const attempt = gate.grant(0)
    gate.policy(10, { openIntervalSec: 60 })
    gate.fail(20, attempt)
    gate.grant(100, { site: '0' })
    expect(book.audit().totals.broken).toBe(1)
  })

  it('is kept with a remark when its policy was superseded a moment before', () => {
    const { book, gate } = aGate()
    gate.policy(-20, { openIntervalSec: 60 })
    gate.fail(0, gate.grant(-5, { site: '0' }))
    gate.policy(99, { openIntervalSec: 600 })
    gate.grant(100, { site: '0' })
    const report = book.audit()
    expect(report.totals).toMatchObject({ kept: 2, broken: 0 })
    expect(report.remarks.map((remark) => remark.reason)).toEqual(['stale-policy'])
  })

  it('is broken when its policy was superseded long before', () => {
    const { book, gate } = aGate()
    gate.policy(-20, { openIntervalSec: 60 })
    gate.fail(0, gate.grant(-5, { site: '0' }))
    gate.policy(20, { openIntervalSec: 600 })
    gate.grant(100, { site: '0' })
    expect(book.audit().totals.broken).toBe(1)
  })

  it('A13: is judged by --open-interval instead of the policy', () => {
    const { book, gate } = aGate()
    gate.fail(0, gate.grant(-5))
    gate.grant(700)
    expect(book.audit().totals.broken).toBe(0)
    expect(book.audit({ openIntervalSec: 900 }).findings[0]).toMatchObject({
      verdict: 'broken',
      window: { requiredSec: 900, requiredBy: '--open-interval' },
    })
  })

  it('takes the interval of the list by consecutive failure', () => {
    const { book, gate } = aGate()
    gate.policy(-20, { intervalsSec: [10, 60] })
    gate.fail(0, gate.grant(-5, { site: '0' }))
    gate.fail(20, gate.grant(15, { site: '0' }))
    gate.grant(50, { site: '0' })
    expect(book.audit().findings).toMatchObject([
      { verdict: 'broken', window: { requiredSec: 60 } },
    ])
  })

  it('G3: is broken when an attempt that nothing settled is not a dial timeout and an interval old', () => {
    const judgedAt = (sec: number) => {
      const { book, gate } = aGate()
      gate.grant(0)
      gate.grant(sec)
      return book.audit().totals
    }
    expect(judgedAt(719).broken).toBe(1)
    expect(judgedAt(720.01).kept).toBe(2)
  })

  it('C11: is judged the same when the abandonment was recorded meanwhile', () => {
    const { book, gate } = aGate()
    const attempt = gate.grant(0)
    gate.of(799, { type: 'DialAbandoned', data: {} }, attempt)
    gate.grant(800)
    expect(book.audit().totals).toMatchObject({ dials: 2, kept: 2 })
  })

  it('waits 15 s after a dial that never started, which itself is no dial', () => {
    const judgedAt = (sec: number) => {
      const { book, gate } = aGate()
      const data = { origin: 'exec', code: null, reason: 'busy', counts: true }
      gate.of(1, { type: 'DialNotStarted', data }, gate.grant(0))
      gate.grant(sec)
      return book.audit()
    }
    expect(judgedAt(10).findings[0]?.window?.requiredBy).toBe('not-started-wait')
    expect(judgedAt(17).totals).toMatchObject({ dials: 1, kept: 1 })
  })
})

describe('a grant on other clocks than the failure', () => {
  it('C3: is kept when spans of the hosts that asked prove the age, and cannot be told otherwise', () => {
    const onB = (anchorSec: number | null) => {
      const { book, gate } = aGate()
      gate.fail(20, gate.grant(0, { boot: 'a' }), 'a')
      if (anchorSec !== null) gate.refusal(anchorSec, 'b')
      gate.grant(700, { boot: 'b' })
      return book.audit()
    }
    expect(onB(90).totals.kept).toBe(2)
    expect(verdictsIn(onB(110))).toEqual(['cannot-tell: not-proven'])
    expect(verdictsIn(onB(null))).toEqual(['cannot-tell: not-proven'])
  })

  it('C3: is broken when a clock that was read before the failure shows that it cannot have aged', () => {
    const { book, gate } = aGate()
    gate.refusal(-100, 'b')
    gate.fail(20, gate.grant(0, { boot: 'a' }), 'a')
    gate.grant(400, { boot: 'b' })
    expect(verdictsIn(book.audit())).toEqual(['broken: inside-window'])
  })

  it('C8: takes the age from when evidence was appended, not from when it is said to have occurred', () => {
    const { book, gate } = aGate()
    const data = { origin: 'record', code: null, episode: null }
    gate.refusal(0, 'a')
    gate.failure(725, 'b')
    book.add(
      gate.stream,
      { type: 'ConnectionErrorOccurred', data },
      { occurred: readingAt(100, 'a'), appended: readingAt(1000, 'a') },
    )
    gate.grant(1001, { boot: 'a' })
    expect(book.audit().totals).toMatchObject({ kept: 0, broken: 1 })
  })

  it('C9: adds up the spans of boots that are shorter than the interval', () => {
    const { book, gate } = aGate()
    gate.fail(0, gate.grant(-5, { boot: '0' }), '0')
    for (const boot of [1, 2, 3, 4]) {
      gate.refusal(boot * 1000, `${boot}`)
      gate.refusal(boot * 1000 + 140, `${boot}`)
    }
    gate.refusal(5000, '5')
    gate.grant(5041, { boot: '5' })
    expect(book.audit().totals.kept).toBe(2)
  })

  it('C5: takes a reading below an earlier one for a new clock', () => {
    const { book, gate } = aGate()
    gate.fail(0, gate.grant(-5))
    book.add(
      gate.stream,
      { type: 'DialRefused', data: { deniedBy: [], retryAfterSec: 1 } },
      { appended: { ...readingAt(10), uptimeCs: 1 } },
    )
    gate.grant(20)
    expect(verdictsIn(book.audit())).toEqual(['cannot-tell: not-proven'])
  })

  it('takes the wall clock for proof only where the policy vouches for it', () => {
    const byWall = (wallClock: 'trusted' | 'untrusted') => {
      const { book, gate } = aGate()
      gate.policy(-50, { wallClock })
      gate.fail(0, gate.grant(-5, { boot: 'a', site: '0' }), 'a')
      gate.grant(700, { boot: 'b', site: '0' })
      return book.audit().totals.kept
    }
    expect([byWall('trusted'), byWall('untrusted')]).toEqual([2, 1])
  })
})

describe('a grant that something else explains', () => {
  it('A11: is kept with a remark when evidence of a higher revision makes it early', () => {
    const { book, gate } = aGate()
    const attempt = gate.grant(100)
    const data = { origin: 'record', code: 629, episode: null }
    book.add(
      gate.stream,
      { type: 'RasErrorOccurred', data },
      {
        appended: readingAt(200),
        occurred: readingAt(50),
      },
    )
    const report = book.audit()
    expect(report.totals).toMatchObject({ dials: 1, kept: 1 })
    expect(report.remarks).toMatchObject([{ id: attempt.id, reason: 'late-evidence' }])
  })

  it('A11: is kept when an import tells later of a failure before it', () => {
    const { book, gate } = aGate()
    gate.grant(100)
    logBook(book, { link: 'isp' }).add(289, 50)
    expect(book.audit().remarks).toMatchObject([{ reason: 'late-evidence' }])
  })

  it('A14: is listed as waived and in no other column', () => {
    const { book, gate } = aGate()
    const attempt = gate.grant(0)
    gate.fail(20, attempt)
    gate.waive(30, attempt.id)
    gate.grant(40)
    const report = book.audit()
    expect(report.totals).toMatchObject({ dials: 2, kept: 1, waived: 1, broken: 0 })
    expect(verdictsIn(report)).toEqual(['waived: waived'])
  })

  it('G19: is broken in a window that a waiver did not name', () => {
    const { book, gate } = aGate()
    const attempt = gate.grant(0)
    gate.waive(10, attempt.id)
    gate.fail(20, attempt)
    gate.grant(40)
    expect(book.audit().totals).toMatchObject({ broken: 1, waived: 0 })
  })

  it('A14: is listed as exempt and in no other column', () => {
    const { book, gate } = aGate()
    gate.policy(-9, { exempt: ['exit:generic:1'] })
    gate.fail(20, gate.grant(0, { site: '0' }))
    gate.grant(40, { site: '0' })
    const report = book.audit()
    expect(report.totals).toMatchObject({ dials: 2, kept: 1, exempt: 1, broken: 0 })
    expect(verdictsIn(report)).toEqual(['exempt: exempt'])
  })

  it('cannot be told after an event that cannot be read, until somebody accepts it', () => {
    const { book, gate } = aGate()
    book.addUnreadable(gate.stream)
    gate.grant(0)
    expect(verdictsIn(book.audit())).toEqual(['cannot-tell: ledger-unreadable'])
    gate.add(10, { type: 'LinkReleased', data: { reason: 'seen', past: '0' } })
    gate.grant(800)
    expect(book.audit().totals).toMatchObject({ dials: 2, kept: 1 })
  })
})
