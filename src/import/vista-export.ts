import * as E from 'fp-ts/Either'
import { looksLikeStamp, splitDateAndTime } from './log-dates'
import type { LogFields } from './log-record'
import { parseEventId, type LogLayout } from './nt-export'
import { splitFields } from './split-fields'

const columnCount = 6

const parseWith =
  (delimiter: string) =>
  (text: string): E.Either<string, LogFields> => {
    const fields = splitFields(text, { delimiter, count: columnCount })
    if (E.isLeft(fields)) return fields
    const [type, stamp, source, event, category, description] = fields.right
    const parts = splitDateAndTime(stamp ?? '')
    if (type === undefined || parts === null) return E.left(`${String(stamp)} is no date and time`)
    if (source === undefined || category === undefined) {
      return E.left(
        `it has ${String(fields.right.length)} columns instead of ${String(columnCount)}`,
      )
    }
    const eventId = parseEventId(event ?? '')
    if (eventId === null) return E.left(`${String(event)} is no event number`)
    const rest = { type, category, computer: null, description: description ?? '' }
    return E.right({ ...parts, source, eventId, ...rest })
  }

/**
 * The layout that Event Viewer saves since Windows Vista: a header of five localised names, then six
 * columns (level, date and time, source, event, category, message). It names no computer.
 */
export const vistaExport = (format: 'vista-text' | 'vista-csv', delimiter: string): LogLayout => ({
  format,
  delimiter,
  isHead: (line) => {
    const [type, stamp, source] = line.split(delimiter, 3)
    if (type === undefined || stamp === undefined || source === undefined) return false
    const parts = splitDateAndTime(stamp.replace(/^"|"$/g, ''))
    return parts !== null && looksLikeStamp(parts.date, parts.time)
  },
  parse: parseWith(delimiter),
})
