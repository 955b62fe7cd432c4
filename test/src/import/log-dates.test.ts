import * as fc from 'fast-check'
import { noDatesSeen, seeDate, settleDateOrder } from '../../../src/import/date-order'
import {
  dayMsOf,
  parseDateParts,
  parseDayTime,
  splitDateAndTime,
} from '../../../src/import/log-dates'
import { dateOrders, type DateOrder } from '../../../src/import/log-record'
import { parseLogZone } from '../../../src/import/log-zone'

const dayOf = (text: string, order: DateOrder): string | null => {
  const date = parseDateParts(text)
  const ms = date === null ? null : dayMsOf(date, order)
  return ms === null ? null : new Date(ms).toISOString().slice(0, 10)
}

const settle = (...texts: ReadonlyArray<string>) =>
  settleDateOrder(
    texts.reduce((seen, text, index) => {
      const date = parseDateParts(text)
      return date === null ? seen : seeDate(seen, date, index + 1)
    }, noDatesSeen),
  )

describe('a date', () => {
  it.each([
    ['11/18/96', 'mdy', '1996-11-18'],
    ['18/11/1996', 'dmy', '1996-11-18'],
    ['29.04.2026', 'dmy', '2026-04-29'],
    ['29. 4. 2026', 'dmy', '2026-04-29'],
    ['1996-11-18', 'ymd', '1996-11-18'],
    ['1996-11-18', 'mdy', '1996-11-18'],
    ['2001.03.04.', 'dmy', '2001-03-04'],
    ['96/11/18', 'ymd', '1996-11-18'],
    ['2/29/2000', 'mdy', '2000-02-29'],
    ['\u200e4/\u200e29/\u200e2026', 'mdy', '2026-04-29'],
    ['1/1/69', 'mdy', '2069-01-01'],
  ] as const)('%s read as %s is %s', (text, order, day) => {
    expect(dayOf(text, order)).toBe(day)
  })

  it.each([
    ['11/31/96', 'mdy'],
    ['2/29/2001', 'mdy'],
    ['0/1/2001', 'dmy'],
    ['13/13/2001', 'dmy'],
    ['1/1/1601', 'dmy'],
    ['1/1/71', 'dmy'],
    ['1/1', 'dmy'],
    ['1/2-2001', 'dmy'],
    ['', 'dmy'],
    ['Monday', 'dmy'],
  ] as const)('%s read as %s is no day', (text, order) => {
    expect(dayOf(text, order)).toBeNull()
  })
})

describe('a time of day', () => {
  it.each([
    ['1:32:08 PM', 48_728],
    ['12:00:00 AM', 0],
    ['12:00:00 PM', 43_200],
    ['1:32:08p', 48_728],
    ['1:32:08\u202fPM', 48_728],
    ['1:32:08 p.m.', 48_728],
    ['午後 1:32:08', 48_728],
    ['13:32:08', 48_728],
    ['13.32.08', 48_728],
    ['0:00:00', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDayTime(text)).toEqual({ seconds, hasSeconds: true })
  })

  it('may be stated to the minute', () => {
    expect(parseDayTime('13:32')).toEqual({ seconds: 48_720, hasSeconds: false })
  })

  it.each(['24:00:00', '13:00:00 PM', '0:30:00 AM', '1:60:00', '1:00:60', '1', '', '1:00 XX'])(
    '%p is none',
    (text) => {
      expect(parseDayTime(text)).toBeNull()
    },
  )

  it.each([
    ['29.04.2026 09:43:59', '29.04.2026', '09:43:59'],
    ['5/26/2025 1:23:45 PM', '5/26/2025', '1:23:45 PM'],
    ['29. 4. 2026 9:43:59', '29. 4. 2026', '9:43:59'],
  ])('stands beside its date in %s', (text, date, time) => {
    expect(splitDateAndTime(text)).toEqual({ date, time })
  })
})

describe('the date order of a file', () => {
  it.each([
    ['a day above 12 behind', ['3/4/97', '3/13/97'], 'mdy'],
    ['a day above 12 in front', ['3/4/97', '13/3/97'], 'dmy'],
    ['a year in front', ['1997/3/4'], 'ymd'],
    ['a year of two digits above 31 in front', ['97/3/4'], 'ymd'],
    ['dots', ['03.04.1997'], 'dmy'],
    ['impossible days aside', ['3/4/97', '13/13/97', '3/13/97'], 'mdy'],
  ])('is settled by %s', (_, texts, order) => {
    expect(settle(...texts)).toEqual({ _tag: 'Right', right: order })
  })

  it('is open when every day is below 13', () => {
    expect(settle('3/4/97', '3/5/97')).toEqual({
      _tag: 'Left',
      left: { _tag: 'AmbiguousDateOrder', orders: ['dmy', 'mdy'] },
    })
  })

  it('does not matter when every order reads the same', () => {
    expect(settle('5/5/97', '5/5/97')).toEqual({ _tag: 'Right', right: null })
    expect(settle()).toEqual({ _tag: 'Right', right: null })
  })

  it('contradicts itself in files put together', () => {
    expect(settle('3/13/97', '13/3/97')).toEqual({
      _tag: 'Left',
      left: { _tag: 'ContradictingDates', record: 2 },
    })
  })

  it('is never settled wrongly for days of the years before 2070', () => {
    const days = fc.date({
      min: new Date('1993-01-01'),
      max: new Date('2069-12-31'),
      noInvalidDate: true,
    })
    const write = {
      dmy: (at: Date) => `${at.getUTCDate()}/${at.getUTCMonth() + 1}/${at.getUTCFullYear()}`,
      mdy: (at: Date) => `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}`,
      ymd: (at: Date) => `${at.getUTCFullYear()}/${at.getUTCMonth() + 1}/${at.getUTCDate()}`,
    }
    const property = fc.property(fc.array(days), fc.constantFrom(...dateOrders), (dates, order) => {
      const texts = dates.map(write[order])
      const settled = settle(...texts)
      if (settled._tag === 'Left') return settled.left._tag === 'AmbiguousDateOrder'
      return texts.every(
        (text, index) =>
          dayOf(text, settled.right ?? 'dmy') === dates[index]?.toISOString().slice(0, 10),
      )
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

describe('the offset of a log', () => {
  it.each([
    ['+01:00', { name: '+01:00', minutes: 60 }],
    ['-0530', { name: '-05:30', minutes: -330 }],
    ['Z', { name: '+00:00', minutes: 0 }],
    ['-00:00', { name: '+00:00', minutes: 0 }],
  ])('%s is fixed', (text, zone) => {
    expect(parseLogZone(text)).toEqual({ _tag: 'Right', right: zone })
  })

  it.each(['', '1', '+1:00', '+15:00', '+01:60', 'Europe/Berlin', 'CET'])(
    '%p is none: a zone has rules, an export has one bias',
    (text) => {
      expect(parseLogZone(text)._tag).toBe('Left')
    },
  )
})
