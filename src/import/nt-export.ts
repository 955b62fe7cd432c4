import * as E from 'fp-ts/Either'
import { looksLikeStamp } from './log-dates'
import type { LogFields, TextLogFormat } from './log-record'
import { splitFields } from './split-fields'
import type { RecordShape } from './group-records'

/** One format of text log: how its records begin, and what their columns mean. */
export type LogLayout = RecordShape & {
  readonly format: TextLogFormat
  readonly parse: (text: string) => E.Either<string, LogFields>
}

const columnCount = 9

/** Gives a whole number in the range of event ids; null: the text is none. */
export const parseEventId = (text: string): number | null =>
  /^\d{1,5}$/.test(text.trim()) && Number(text) <= 0xffff ? Number(text) : null

const unquoted = (text: string): string => text.replace(/^"|"$/g, '')

const parseWith =
  (delimiter: string) =>
  (text: string): E.Either<string, LogFields> => {
    const fields = splitFields(text, { delimiter, count: columnCount })
    if (E.isLeft(fields)) return fields
    const [date, time, source, type, category, event, , computer, description] = fields.right
    if (date === undefined || time === undefined || source === undefined) {
      return E.left('it has no date, time and source')
    }
    if (type === undefined || category === undefined || computer === undefined) {
      return E.left(
        `it has ${String(fields.right.length)} columns instead of ${String(columnCount)}`,
      )
    }
    const eventId = parseEventId(event ?? '')
    if (eventId === null) return E.left(`${String(event)} is no event number`)
    const rest = { type, category, computer, description: description ?? '' }
    return E.right({ date, time, source, eventId, ...rest })
  }

/**
 * The layout that Event Viewer of Windows NT to 2003 saves: no header, nine columns, local time in
 * the viewer's locale. Separators: a tab in text, a comma (or semicolon) in CSV.
 */
export const ntExport = (format: 'nt-text' | 'nt-csv', delimiter: string): LogLayout => ({
  format,
  delimiter,
  isHead: (line) => {
    const first = line.indexOf(delimiter)
    const second = line.indexOf(delimiter, first + 1)
    if (first < 0 || second < 0) return false
    return looksLikeStamp(unquoted(line.slice(0, first)), unquoted(line.slice(first + 1, second)))
  },
  parse: parseWith(delimiter),
})
