import * as E from 'fp-ts/Either'
import { eachRecordText } from './each-record'
import { readEvtLog } from './evt-log'
import { dayMsOf, parseDateParts, parseDayTime } from './log-dates'
import type { LogBytes, LogFields, ReadRecord, RecordText } from './log-record'
import type { LogZone } from './log-zone'
import type { LogLayout } from './nt-export'
import type { LogSurvey } from './survey-log'

const damageMessages: Readonly<Record<'too-long' | 'undecodable' | 'no-record', string>> = {
  'too-long': 'it is longer than any record; the file is damaged here or is no log',
  undecodable: 'its bytes are no text of this encoding; name the code page with --encoding',
  'no-record': 'this is not the beginning of a record',
}

const statedOf = (
  fields: LogFields,
  survey: LogSurvey,
  zone: LogZone,
): E.Either<string, number> => {
  const date = parseDateParts(fields.date)
  const day = date === null ? null : dayMsOf(date, survey.dateOrder ?? 'dmy')
  if (day === null) {
    return E.left(
      `${fields.date} is no day of the calendar read as ${survey.dateOrder ?? 'dmy'}; ` +
        'correct the record, or state another --date-order',
    )
  }
  const time = parseDayTime(fields.time)
  if (time === null) return E.left(`${fields.time} is no time of day`)
  return E.right(day + time.seconds * 1000 - zone.minutes * 60_000)
}

const recordReader =
  (layout: LogLayout, survey: LogSurvey, zone: LogZone) =>
  ({ record, offset, text, damage }: RecordText): ReadRecord => {
    const wrong = (message: string): ReadRecord => E.left({ record, offset, message })
    if (damage !== null) return wrong(damageMessages[damage])
    const fields = layout.parse(text)
    if (E.isLeft(fields)) return wrong(fields.left)
    const stated = statedOf(fields.right, survey, zone)
    if (E.isLeft(stated)) return wrong(stated.left)
    const { source, eventId, type, category, computer, description } = fields.right
    const columns = { source, eventId, type, category, computer, description }
    return E.right({ record, offset, stated: stated.right, ...columns })
  }

/** A file that was surveyed and is about to be read. */
export type SurveyedLog = {
  readonly bytes: LogBytes
  readonly survey: LogSurvey
  readonly zone: LogZone
}

/** Calls with every record of a surveyed file, in the order of the file; of a binary one, of the log. */
export const readLog = (
  { bytes, survey, zone }: SurveyedLog,
  onRecord: (record: ReadRecord) => void,
): Promise<void> => {
  const { layout, encoding, headerLines } = survey
  if (layout.format === 'evt') return readEvtLog({ bytes, bounds: layout.bounds }, onRecord)
  const toRecord = recordReader(layout, survey, zone)
  return eachRecordText({ bytes, encoding, shape: layout, headerLines }, (text) => {
    onRecord(toRecord(text))
  })
}
