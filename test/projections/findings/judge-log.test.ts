import { ledgerBook, logBook, verdictsIn } from '../../support/ledger-book'

const aLog = (...records: ReadonlyArray<readonly [eventId: number, sec: number]>) => {
  const book = ledgerBook()
  const log = logBook(book)
  for (const [eventId, sec] of records) log.add(eventId, sec)
  return book
}

describe('a log that shows open failures', () => {
  it('A1: finds the later dials of a storm broken although the log covers less than an interval', () => {
    const report = aLog([289, 0], [289, 60], [289, 120], [289, 180]).audit()
    expect(report.totals).toMatchObject({ dials: 4, broken: 3, cannotTell: 1, kept: 0 })
    expect(report.findings.map((finding) => finding.missingSec)).toEqual([null, 539, 539, 539])
    expect(verdictsIn(report)[0]).toBe('cannot-tell: first-dial')
  })

  it('states the window, the dial and the evidence of each broken interval', () => {
    const [, finding] = aLog([289, 0], [289, 60]).audit().findings
    expect(finding).toMatchObject({
      verdict: 'broken',
      dialedBetween: ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:01.000Z'],
      missingSec: 539,
      missingSecMax: 600,
      retryTimer: 'not-logged',
      window: {
        openedAt: '2026-01-01T00:00:00.000Z',
        closesAt: '2026-01-01T00:10:00.000Z',
        requiredSec: 600,
        requiredBy: 'assumed',
      },
      evidence: [{ type: 'ConnectionOpenFailed', origin: 'mta:289', record: 2 }],
      cannotTellBecause: null,
    })
  })

  it.each([
    [720, 'cannot tell', 0],
    [721, 'kept', 1],
  ])('A4: a failure %i s after another is %s', (sec, _verdict, kept) => {
    const report = aLog([289, -9000], [289, 0], [289, sec]).audit()
    expect(report.totals).toMatchObject({ dials: 3, kept: kept + 1 })
  })

  it.each([
    [598, 'broken'],
    [599, 'broken'],
    [600, 'cannot-tell'],
    [601, 'cannot-tell'],
  ])('A4: with stamps of one second, a failure %i s after another is %s', (sec, verdict) => {
    const report = aLog([289, 0], [289, sec]).audit()
    expect(report.findings[1]?.verdict).toBe(verdict)
  })

  it('tells why nothing can be told, and what would settle it', () => {
    const { findings } = aLog([289, 0], [289, 650]).audit()
    expect(findings[1]).toMatchObject({ reason: 'dial-time-uncertain', missingSec: null })
    expect(findings[1]?.cannotTellBecause).toMatch(/what would settle it: .*phone bill/)
  })

  it('runs the window from the last evidence of an episode, not from its first', () => {
    const late = aLog([289, -9000], [9311, 0], [289, 100], [289, 750]).audit()
    expect(late.findings.at(-1)?.verdict).toBe('cannot-tell')
    expect(aLog([289, -9000], [9311, 0], [289, 100], [289, 821]).audit().totals.kept).toBe(2)
  })

  it('finds a dial broken that waited the interval from the first evidence and not from the last', () => {
    const report = aLog([9311, 0], [289, 100], [289, 650]).audit()
    expect(report.findings[1]).toMatchObject({ verdict: 'broken', missingSec: 49 })
  })

  it('takes the first evidence of an episode for the latest that the dial can have been', () => {
    const report = aLog([289, 0], [9311, 590], [289, 640]).audit()
    expect(report.findings[1]).toMatchObject({ verdict: 'broken', missingSec: 9 })
  })

  it('judges nothing and says so when a log shows no failure', () => {
    const book = ledgerBook()
    logBook(book).read(0, 100)
    expect(book.audit()).toMatchObject({ totals: { dials: 0, links: 0 }, findings: [] })
  })
})

describe('the episodes of a log', () => {
  it.each([
    ['as KB Q157630 prints it', [1294, 4284, 289, 301]],
    ['read backwards', [301, 289, 4284, 1294]],
    ['as KB Q150927 prints it', [9311, 1028, 1294, 289]],
    ['with both transport errors', [4284, 4287, 289]],
  ])('A2: takes a chain %s for one dial', (_how, chain) => {
    const book = ledgerBook()
    const log = logBook(book)
    for (const start of [0, 2000]) {
      chain.forEach((eventId, index) =>
        log.add(eventId, start + Math.floor(index / 2), { seconds: 600 }),
      )
    }
    expect(book.audit().totals).toMatchObject({ dials: 2, kept: 1, cannotTell: 1 })
  })

  it('begins a new episode with a repeated origin', () => {
    expect(aLog([4284, 0], [289, 0], [4284, 2], [289, 2]).audit().totals.dials).toBe(2)
  })

  it('begins a new episode with a later step back', () => {
    expect(aLog([289, 0], [4284, 4]).audit().totals.dials).toBe(2)
    expect(aLog([289, 0], [4284, 3]).audit().totals.dials).toBe(1)
  })

  it('begins a new episode after a gap over the dial timeout', () => {
    expect(aLog([9311, 0], [289, 119]).audit().totals.dials).toBe(1)
    expect(aLog([9311, 0], [289, 121]).audit().totals.dials).toBe(2)
  })

  it('cannot tell whether a gap of just the dial timeout is one dial or two', () => {
    const report = aLog([289, -9000], [9311, 0], [289, 120]).audit()
    expect(verdictsIn(report)).toEqual([
      'cannot-tell: first-dial',
      'cannot-tell: episodes-may-be-one',
    ])
    expect(report.totals.dials).toBe(2)
  })

  it('A3: never finds the dial kept whose open failed after a drop', () => {
    const report = aLog([289, -9000], [1294, 0], [289, 10]).audit()
    expect(verdictsIn(report).at(-1)).toBe('cannot-tell: drop-or-redial')
    expect(aLog([289, -9000], [1294, 0], [289, 3]).audit().totals.kept).toBe(1)
  })

  it('A3: finds a redial after a drop broken when it is so in both readings', () => {
    expect(aLog([289, -100], [1294, 0], [289, 10]).audit().totals).toMatchObject({ broken: 1 })
  })

  it('A3: takes an end of an association alone for a window and for no dial', () => {
    expect(aLog([1294, 0]).audit().totals.dials).toBe(0)
    expect(aLog([1294, 0], [289, 300]).audit().totals).toMatchObject({ dials: 1, broken: 1 })
  })

  it('cannot tell when a failure that bounds no dial comes after the window', () => {
    const report = aLog([289, 0], [4284, 5000]).audit()
    expect(verdictsIn(report).at(-1)).toBe('cannot-tell: dial-time-unknown')
  })
})

describe('the interval of a window in a log', () => {
  it('A8: is what the retry timer states', () => {
    const book = ledgerBook()
    const log = logBook(book)
    for (const sec of [-5000, 0, 270, 540]) {
      log.add(289, sec)
      log.add(301, sec, { seconds: 120 })
    }
    expect(book.audit().totals).toMatchObject({ dials: 4, kept: 3 })
  })

  it('A8: is that of the latest timer where there is none, which it calls absent', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(301, 0, { seconds: 120 })
    log.add(289, 1000)
    log.add(289, 1060)
    expect(book.audit().findings.at(-1)).toMatchObject({
      verdict: 'broken',
      retryTimer: 'absent',
      missingSec: 59,
      window: { requiredSec: 120, requiredBy: 'link-301' },
    })
  })

  it('A8: names the timer that was started and was not waited for', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(301, 0, { seconds: 600 })
    log.add(289, 60)
    const [, finding] = book.audit().findings
    expect(finding).toMatchObject({ retryTimer: 'started', window: { requiredBy: 'own-301' } })
  })

  it('A13: is --open-interval when that is given, and the report says so', () => {
    const book = aLog([289, 0], [289, 830])
    expect(book.audit().totals.kept).toBe(1)
    const report = book.audit({ openIntervalSec: 900 })
    expect(report.openIntervalSec).toBe(900)
    expect(report.assumptions[0]).toContain('--open-interval 900 instead of any policy')
    expect(report.findings.at(-1)).toMatchObject({
      verdict: 'broken',
      window: { requiredSec: 900, requiredBy: '--open-interval' },
    })
  })

  it('is that of a policy set for that time, and of no policy set later', () => {
    const withPolicy = (effectiveFrom: string | null) => {
      const book = aLog([289, -9000], [289, 0], [289, 750])
      const data = { set: { openIntervalSec: 60 }, unset: [], reason: 'then', effectiveFrom }
      book.add('site-policy', { type: 'RetryPolicyChanged', data }, { appended: later })
      return book.audit({ fromMs: null })
    }
    const later = {
      ...ledgerBook().add('x', { type: 'DialAbandoned', data: {} }).metadata.appended,
      wall: '2030-01-01T00:00:00.000Z',
    }
    expect(withPolicy('2025-01-01T00:00:00.000Z').totals.kept).toBe(2)
    const byPolicy = aLog([289, 0], [289, 30])
    const data = {
      set: { openIntervalSec: 60 },
      unset: [],
      reason: 'then',
      effectiveFrom: '2025-01-01T00:00:00.000Z',
    }
    byPolicy.add('site-policy', { type: 'RetryPolicyChanged', data }, { appended: later })
    expect(byPolicy.audit().findings[1]?.window).toMatchObject({
      requiredSec: 60,
      requiredBy: 'policy',
    })
    const unset = aLog([289, 0], [289, 100])
    unset.add(
      'site-policy',
      { type: 'RetryPolicyChanged', data: { ...data, effectiveFrom: null } },
      { appended: later },
    )
    expect(unset.audit().findings[1]?.window?.requiredBy).toBe('assumed')
  })
})
