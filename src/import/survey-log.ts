import * as E from 'fp-ts/Either'
import { noDatesSeen, seeDate, settleDateOrder } from './date-order'
import { findEvtBounds, type EvtBounds } from './evt-bounds'
import { eachLine, eachRecordText, type RecordsOf } from './each-record'
import { layoutLinesMax, layoutOf } from './log-layouts'
import { dayMsOf, parseDateParts, parseDayTime, type DateParts } from './log-dates'
import { orderOf, type TimeMoves } from './log-order'
import type { LogProblem } from './log-problem'
import { dateOrders, type DateOrder, type LogBytes, type LogFormat } from './log-record'
import type { RecordOrder } from './log-record'
import type { LogLayout } from './nt-export'
import { scanBytes, type ByteScan } from './scan-bytes'
import type { EncodingName } from './text-encoding'
import type { LogZone } from './log-zone'

/** What a person states about a file; null: find it out. */
export type LogOptions = {
  readonly format: LogFormat | null
  readonly encoding: EncodingName | null
  readonly dateOrder: DateOrder | null
  readonly zone: LogZone
}

/** Where the records of a binary log lie: all that must be known of its layout. */
export type EvtLayout = { readonly format: 'evt'; readonly bounds: EvtBounds }

/** What must be known of a file before its records can be read one by one. */
export type LogSurvey = ByteScan & {
  readonly layout: LogLayout | EvtLayout
  readonly headerLines: number
  /** Null: any order reads its dates the same. */
  readonly dateOrder: DateOrder | null
  readonly order: RecordOrder
  /** Whether any time is stated to the second. */
  readonly resolutionSec: 1 | 60
}

type Found = { readonly layout: LogLayout; readonly headerLines: number }

const shown = (line: string): string => JSON.stringify(line.trim().slice(0, 60))

const findLayout = async (
  bytes: LogBytes,
  encoding: EncodingName,
  format: LogFormat | null,
): Promise<E.Either<LogProblem, Found>> => {
  const seen: { found: Found | null; firstLine: string | null } = { found: null, firstLine: null }
  let lines = 0
  await eachLine(bytes, encoding, ({ text }) => {
    const layout = text === null ? null : layoutOf(text, format)
    if (text?.trim() !== '') seen.firstLine ??= shown(text ?? '(bytes of another code page)')
    if (layout !== null) seen.found = { layout, headerLines: headerLinesOf(layout, lines) }
    lines += 1
    return layout !== null || lines >= layoutLinesMax ? 'stop' : 'go-on'
  })
  return seen.found === null
    ? E.left({ _tag: 'UnknownLayout', firstLine: seen.firstLine ?? shown('') })
    : E.right(seen.found)
}

const headerLinesOf = (layout: LogLayout, linesBefore: number): number =>
  layout.format.startsWith('vista') && linesBefore === 1 ? 1 : 0

type Hypothesis = { previous: number | null; ups: number; downs: number }

const follow = (moves: Hypothesis, ms: number): void => {
  if (moves.previous !== null && ms > moves.previous) moves.ups += 1
  if (moves.previous !== null && ms < moves.previous) moves.downs += 1
  moves.previous = ms
}

/** Takes in the stamps of records, and says in the end what they show under each date order. */
const stampSurvey = () => {
  const byOrder = new Map(
    dateOrders.map((order): [DateOrder, Hypothesis] => [
      order,
      { previous: null, ups: 0, downs: 0 },
    ]),
  )
  let dates = noDatesSeen
  let hasSeconds = false
  return {
    see: (
      date: DateParts,
      time: { seconds: number; hasSeconds: boolean },
      record: number,
    ): void => {
      dates = seeDate(dates, date, record)
      hasSeconds = hasSeconds || time.hasSeconds
      byOrder.forEach((moves, order) => {
        const day = dayMsOf(date, order)
        if (day !== null) follow(moves, day + time.seconds * 1000)
      })
    },
    dates: () => dates,
    movesIn: (order: DateOrder): TimeMoves => byOrder.get(order) ?? { ups: 0, downs: 0 },
    resolutionSec: (): 1 | 60 => (hasSeconds ? 1 : 60),
  }
}

const surveyStamps = async (records: RecordsOf, layout: LogLayout) => {
  const stamps = stampSurvey()
  await eachRecordText(records, ({ record, text, damage }) => {
    if (damage !== null) return
    const fields = layout.parse(text)
    if (E.isLeft(fields)) return
    const date = parseDateParts(fields.right.date)
    const time = parseDayTime(fields.right.time)
    if (date !== null && time !== null) stamps.see(date, time, record)
  })
  return stamps
}

/** A binary log is in order of record numbers, and its times are in UTC and whole seconds. */
const surveyEvt = async (bytes: LogBytes, scan: ByteScan): Promise<LogSurvey> => {
  const layout = { format: 'evt', bounds: await findEvtBounds({ bytes, size: scan.size }) } as const
  return {
    ...scan,
    layout,
    headerLines: 0,
    dateOrder: null,
    order: 'oldest-first',
    resolutionSec: 1,
  }
}

/** Gives what a file shows before it is read: encoding, layout, date order and direction. */
export const surveyLog = async (
  bytes: LogBytes,
  options: LogOptions,
): Promise<E.Either<LogProblem, LogSurvey>> => {
  const scan = await scanBytes(bytes, options)
  if (E.isLeft(scan)) return scan
  if (scan.right.isEvt) return E.right(await surveyEvt(bytes, scan.right))
  const { encoding } = scan.right
  const found = await findLayout(bytes, encoding, options.format)
  if (E.isLeft(found)) return found
  const { layout, headerLines } = found.right
  const stamps = await surveyStamps({ bytes, encoding, shape: layout, headerLines }, layout)
  const settled =
    options.dateOrder === null ? settleDateOrder(stamps.dates()) : E.right(options.dateOrder)
  return E.map((dateOrder: DateOrder | null) => ({
    ...scan.right,
    layout,
    headerLines,
    dateOrder,
    order: orderOf(stamps.movesIn(dateOrder ?? 'dmy')),
    resolutionSec: stamps.resolutionSec(),
  }))(settled)
}
