import type { DateOrder } from './log-record'

/** The three numbers of a date, in the order in which they stand there. */
export type DateParts = {
  readonly digits: readonly [string, string, string]
  readonly separator: string
}

/** A time of day; `hasSeconds` false: it is stated to the minute. */
export type DayTime = { readonly seconds: number; readonly hasSeconds: boolean }

const datePattern = /^(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})\.?$/
const timePattern = /^(\D{0,5}?) ?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))? ?(\D{0,5})$/

/** Blanks and invisible marks as newer Windows versions write them around dates and times. */
const plain = (text: string): string =>
  text
    .replace(/[\u200e\u200f\u202a-\u202e\ufeff]/g, '')
    .replace(/\s+/gu, ' ')
    .trim()

/** Gives the numbers of a date; null when the text is none. */
export const parseDateParts = (text: string): DateParts | null => {
  const match = datePattern.exec(plain(text))
  if (match === null) return null
  const [, first = '', separator = '', second = '', third = ''] = match
  return { digits: [first, second, third], separator }
}

/**
 * The orders that a date can be read in by its form: a year of four digits or above 31 shows itself,
 * and dots go with the day first. A year of two digits in front of slashes must be told
 * (`--date-order ymd`).
 */
const ordersByForm = ({ digits, separator }: DateParts): ReadonlyArray<DateOrder> => {
  if (digits[0].length > 2 || Number(digits[0]) > 31) return ['ymd']
  return separator === '.' ? ['dmy'] : ['dmy', 'mdy']
}

const fullYear = (digits: string): number => {
  const year = Number(digits)
  if (digits.length > 2) return year
  return year < 70 ? 2000 + year : 1900 + year
}

const places: Readonly<Record<DateOrder, readonly [year: 0 | 2, month: 0 | 1, day: 0 | 1 | 2]>> = {
  dmy: [2, 1, 0],
  mdy: [2, 0, 1],
  ymd: [0, 1, 2],
}

/** First year that a log can be from: that of Windows NT 3.1. */
export const yearMin = 1993

/** Last year that a log can be from: four digits. */
const yearMax = 9999

/** Gives midnight UTC, in milliseconds since 1970, of a date read in an order; null: no such day. */
export const dayMsOf = (date: DateParts, order: DateOrder): number | null => {
  const isYearFirst = date.digits[0].length === 4
  const [yearAt, monthAt, dayAt] = places[isYearFirst ? 'ymd' : order]
  const year = fullYear(date.digits[yearAt])
  const month = Number(date.digits[monthAt])
  const day = Number(date.digits[dayAt])
  const ms = Date.UTC(year, month - 1, day)
  const real = new Date(ms)
  const isReal = real.getUTCMonth() === month - 1 && real.getUTCDate() === day
  return isReal && year >= yearMin && year <= yearMax ? ms : null
}

/** The orders in which a date is a day of the calendar, by its form and its numbers. */
export const possibleOrders = (date: DateParts): ReadonlyArray<DateOrder> =>
  ordersByForm(date).filter((order) => dayMsOf(date, order) !== null)

const morning = new Set(['am', 'a', '上午', '午前', '오전', 'de', 'πμ', 'fm'])
const afternoon = new Set(['pm', 'p', '下午', '午後', '오후', 'du', 'μμ', 'em'])

const hourOf = (hour: number, mark: string): number | null => {
  if (mark === '') return hour <= 23 ? hour : null
  if (hour < 1 || hour > 12) return null
  if (morning.has(mark)) return hour % 12
  return afternoon.has(mark) ? (hour % 12) + 12 : null
}

/** Gives a time of day, of 24 hours or with AM and PM; null when the text is none. */
export const parseDayTime = (text: string): DayTime | null => {
  const match = timePattern.exec(plain(text))
  if (match === null) return null
  const [, before = '', hours = '', minutes = '', seconds, after = ''] = match
  const mark = `${before}${after}`.toLowerCase().replace(/[\s.]/g, '')
  const hour = hourOf(Number(hours), mark)
  const minute = Number(minutes)
  const second = Number(seconds ?? '0')
  if (hour === null || minute > 59 || second > 59) return null
  return { seconds: hour * 3600 + minute * 60 + second, hasSeconds: seconds !== undefined }
}

const splitPattern = /^(\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}\.?),? (.+)$/

/** Gives date and time of a column that holds both; null when it does not. */
export const splitDateAndTime = (
  text: string,
): { readonly date: string; readonly time: string } | null => {
  const match = splitPattern.exec(plain(text))
  const [, date, time] = match ?? []
  return date === undefined || time === undefined ? null : { date, time }
}

/** Whether texts look like the date and the time of a record, valid or not. */
export const looksLikeStamp = (date: string, time: string): boolean =>
  datePattern.test(plain(date)) && timePattern.test(plain(time))
