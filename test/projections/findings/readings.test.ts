import { at, gateBook, ledgerBook, logBook, readingAt, verdictsIn } from '../../support/ledger-book'

describe('evidence that names no link', () => {
  const between = (unnamedSec: number, failures: ReadonlyArray<number>) => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, -9000)
    log.add(289, -8000, { link: 'b' })
    const named = failures.map((sec) => ({ eventId: 289, sec, link: 'a' }))
    const records = [...named, { eventId: 1028, sec: unnamedSec, link: null }]
    for (const { sec, eventId, link } of records.toSorted((x, y) => x.sec - y.sec)) {
      log.add(eventId, sec, { link, candidates: ['a', 'b'] })
    }
    return book.audit({ link: 'a' })
  }

  it('A5: keeps a dial from being kept when it may have opened a window of the link', () => {
    const report = between(500, [0, 1000])
    expect(verdictsIn(report).at(-1)).toBe('cannot-tell: unassigned-evidence')
    expect(report.totals).toMatchObject({ kept: 1, broken: 0 })
  })

  it('A5: leaves a dial kept when the window is over in either case', () => {
    expect(between(99, [0, 1000]).totals).toMatchObject({ kept: 2 })
  })

  it('A5: leaves a dial kept whose own evidence it may be', () => {
    expect(between(995, [0, 1000]).totals).toMatchObject({ kept: 2 })
  })

  it('A5: leaves a dial broken that is so whichever link it belongs to', () => {
    const report = between(100, [0, 400])
    expect(report.findings.at(-1)).toMatchObject({ verdict: 'broken', missingSec: 199 })
  })

  it('A5: cannot tell when it may join two failures to one', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, -9000)
    log.add(289, -8000, { link: 'b' })
    log.add(9311, 0)
    log.add(4284, 100, { link: null, candidates: ['a', 'b'] })
    log.add(289, 200)
    expect(verdictsIn(book.audit({ link: 'a' })).at(-1)).toBe('cannot-tell: unassigned-evidence')
  })

  it('belongs to the only link that it can belong to', () => {
    const book = ledgerBook()
    const log = logBook(book)
    for (const sec of [0, 60]) {
      log.add(4284, sec, { link: null, candidates: ['a'] })
      log.add(289, sec + 1)
    }
    expect(book.audit().findings[1]?.evidence).toHaveLength(2)
    expect(book.audit().totals).toMatchObject({ dials: 2, broken: 1 })
  })

  /** Two links with open failures, a retry timer without a name after the first, and the second dial. */
  const withTimer = (seconds: number, redialSec: number, ownTimerSec: number | null = null) => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, -9000)
    if (ownTimerSec !== null) log.add(301, -9000, { seconds: ownTimerSec })
    log.add(289, -8000, { link: 'b' })
    log.add(289, 0)
    log.add(301, 1, { link: null, candidates: ['a', 'b'], seconds })
    log.add(289, redialSec)
    log.read(-20_000, 20_000)
    return book.audit({ link: 'a' })
  }

  it('A5: finds no dial broken that a retry timer without a name may have allowed', () => {
    const report = withTimer(120, 400)
    expect(verdictsIn(report).at(-1)).toBe('cannot-tell: unassigned-evidence')
  })

  it('A5: finds no dial kept that a retry timer without a name may have forbidden', () => {
    expect(verdictsIn(withTimer(1800, 1000)).at(-1)).toBe('cannot-tell: unassigned-evidence')
  })

  it('A5: keeps its verdict whichever link a retry timer belongs to', () => {
    expect(withTimer(600, 400).findings.at(-1)).toMatchObject({
      verdict: 'broken',
      retryTimer: 'not-logged',
    })
    expect(withTimer(120, 60).findings.at(-1)).toMatchObject({
      verdict: 'broken',
      missingSec: 59,
      window: { requiredSec: 120 },
    })
    expect(withTimer(120, 1000).totals.kept).toBe(2)
    expect(withTimer(120, 400, 120).totals.kept).toBe(2)
  })

  it('A5: takes a retry timer without a name for the latest of a later failure, too', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, -8000, { link: 'b' })
    log.add(301, -4000, { link: null, candidates: ['a', 'b'], seconds: 120 })
    log.add(289, 0)
    log.add(289, 400)
    log.read(-20_000, 20_000)
    const report = book.audit({ link: 'a' })
    expect(verdictsIn(report).at(-1)).toBe('cannot-tell: unassigned-evidence')
  })

  it('is counted in the report', () => {
    expect(between(500, [0, 1000]).assumptions.join()).toContain(
      '1 records of failures name no link',
    )
  })

  it('gives no verdict when too much of it stands between two dials, and one when it is over', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, -9000)
    log.add(289, -8000, { link: 'b' })
    log.add(289, 0)
    for (let index = 0; index < 60; index += 1) {
      const eventId = [4284, 4287, 9316, 9318, 9322, 1028][index % 6] ?? 1028
      log.add(eventId, 500 + index * 2, { link: null, candidates: ['a', 'b'] })
    }
    log.add(289, 700)
    log.add(289, 9000)
    const report = book.audit({ link: 'a' })
    expect(report.totals).toMatchObject({ dials: 4, kept: 2, cannotTell: 2, broken: 0 })
  })
})

describe('the coverage of a log', () => {
  it('keeps a dial from being kept before the log covers an interval', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(1294, -50_000)
    log.add(289, -40_000)
    log.add(289, 0)
    log.add(289, 700, { fileHash: 'f2' })
    log.add(289, 3000, { fileHash: 'f2' })
    log.read(-60_000, -40_000)
    log.read(-100, 4000, { fileHash: 'f2' })
    expect(verdictsIn(book.audit())).toEqual([
      'cannot-tell: first-dial',
      'cannot-tell: before-coverage',
      'cannot-tell: dial-time-uncertain',
    ])
    expect(book.audit().totals.kept).toBe(1)
  })

  it('begins anew after a gap in the record numbers', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(289, 2000)
    log.add(289, 4000)
    log.add(289, 6000)
    log.read(-9000, 7000, { gaps: [[2, 3]] })
    expect(verdictsIn(book.audit())).toEqual([
      'cannot-tell: first-dial',
      'cannot-tell: before-coverage',
    ])
  })

  it('is not needed to find a dial broken', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(289, 60)
    log.read(0, 60)
    expect(book.audit().totals.broken).toBe(1)
  })

  it('cannot tell across a clock step', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(289, 60)
    log.step(61, -3000)
    log.add(289, -2990)
    log.add(289, -2930)
    expect(verdictsIn(book.audit())).toEqual([
      'cannot-tell: clock-step',
      'broken: inside-window',
      'cannot-tell: first-dial',
      'broken: inside-window',
    ])
    expect(book.audit().totals).toMatchObject({ dials: 4, broken: 2, cannotTell: 2, kept: 0 })
  })

  it('does not find a dial broken by a stamp from before a clock step', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.step(100, 50)
    log.add(289, 60)
    expect(verdictsIn(book.audit()).at(-1)).toBe('cannot-tell: clock-step')
  })

  it('A9: keeps a gap of 100 s one of 100 s, whatever the calendar did', () => {
    const book = ledgerBook()
    const log = logBook(book)
    log.add(289, 0)
    log.add(289, 100)
    expect(book.audit().findings[1]?.missingSec).toBe(499)
  })
})

describe('logs of several sources', () => {
  const twoServers = (second: number) => {
    const book = ledgerBook()
    logBook(book, { computer: 'SRV1', fileHash: 'f1' }).add(289, 0)
    logBook(book, { computer: 'SRV2', fileHash: 'f2' }).add(289, second)
    return book
  }

  it('A7: are judged by computer, unless there is one dialer', () => {
    const book = twoServers(300)
    expect(book.audit().totals).toMatchObject({ dials: 2, broken: 0, cannotTell: 2 })
    expect(book.audit().links.map((row) => row.computer)).toEqual(['SRV1', 'SRV2'])
    expect(book.audit({ oneDialer: true }).totals).toMatchObject({ broken: 1, cannotTell: 1 })
  })

  it('A7: may show one dial twice when their episodes are close', () => {
    expect(twoServers(100).audit({ oneDialer: true }).totals).toMatchObject({ broken: 0 })
  })

  it('A7: may differ by the skew of their clocks', () => {
    expect(twoServers(596).audit({ oneDialer: true }).totals.broken).toBe(1)
    expect(twoServers(598).audit({ oneDialer: true }).totals.broken).toBe(0)
  })

  it('A6: are read the same in any order of import and newest first', () => {
    const records: ReadonlyArray<readonly [number, number]> = [
      [9311, 0],
      [289, 1],
      [9311, 60],
      [289, 61],
      [289, 900],
    ]
    const forwards = ledgerBook()
    const log = logBook(forwards)
    for (const [eventId, sec] of records) log.add(eventId, sec)
    log.read(-9000, 9000)
    const backwards = ledgerBook()
    const reversed = logBook(backwards)
    for (const [eventId, sec] of records.toReversed()) reversed.add(eventId, sec)
    reversed.read(-9000, 9000, { order: 'newest-first' })
    expect(verdictsIn(backwards.audit())).toEqual(verdictsIn(forwards.audit()))
    expect(backwards.audit().totals).toEqual(forwards.audit().totals)
  })

  it('A6: are merged by their stamps when exports overlap', () => {
    const book = ledgerBook()
    const later = logBook(book, { fileHash: 'f2' })
    later.add(289, 60)
    later.add(289, 120)
    later.read(30, 200, { fileHash: 'f2' })
    const earlier = logBook(book, { fileHash: 'f1' })
    earlier.add(289, 0)
    earlier.read(-9000, 70, { fileHash: 'f1' })
    expect(book.audit().totals).toMatchObject({ dials: 3, broken: 2, cannotTell: 1 })
  })
})

describe('a log beside the grants of a gate', () => {
  it('A10: adds no dials from a grant until 3 s past its settlement', () => {
    const book = ledgerBook()
    const gate = gateBook(book, 'a')
    const attempt = gate.grant(0)
    gate.fail(20, attempt)
    const log = logBook(book)
    log.add(9311, 5)
    log.add(289, 23)
    expect(book.audit().totals).toMatchObject({ dials: 1, kept: 1 })
    log.add(289, 24)
    expect(book.audit().totals).toMatchObject({ dials: 2, cannotTell: 1 })
  })

  it('A14: lists a dial that somebody saw as ungated, and still judges the dial that its log shows', () => {
    const book = ledgerBook()
    const stream = 'link-a'
    const log = logBook(book)
    log.add(289, 0)
    log.add(289, 60)
    expect(book.audit().totals).toMatchObject({ dials: 2, ungated: 0, broken: 1 })
    const data = { by: 'hook', endedAt: null }
    const source = { kind: 'record' as const }
    book.add(
      stream,
      { type: 'DialObserved', data },
      { source, stated: at(58), appended: readingAt(58) },
    )
    const report = book.audit()
    expect(report.totals).toMatchObject({ dials: 2, ungated: 1, broken: 1, cannotTell: 1 })
    expect(verdictsIn(report)).toContain('ungated: dial-observed')
  })

  it('judges what a watcher records without an attempt', () => {
    const book = ledgerBook()
    const gate = gateBook(book, 'a')
    const watched = { source: { kind: 'record' as const } }
    for (const sec of [0, 60]) {
      const data = { origin: 'record', code: null, episode: null }
      book.add(
        gate.stream,
        { type: 'ConnectionOpenFailed', data },
        { ...watched, appended: readingAt(sec) },
      )
    }
    expect(book.audit().findings[1]).toMatchObject({ verdict: 'broken', missingSec: 539.99 })
  })
})
