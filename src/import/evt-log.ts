import * as E from 'fp-ts/Either'
import { yearMin } from './log-dates'
import type { LogRecord, ReadRecord } from './log-record'
import type { EvtRecord } from './evt-record'
import { readEvt, type BoundedEvt } from './read-evt'

/** What Event Viewer calls the types of a record. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [0, 'Success'],
  [1, 'Error'],
  [2, 'Warning'],
  [4, 'Information'],
  [8, 'Success Audit'],
  [16, 'Failure Audit'],
])

const earliestSec = Date.UTC(yearMin, 0, 1) / 1000

const toLogRecord = (record: EvtRecord): ReadRecord => {
  const { recordNumber, offset, timeGenerated, source, computer, strings, isRecovered } = record
  if (timeGenerated < earliestSec) {
    const message = `its time is before ${String(yearMin)}, when there was no such log`
    return E.left({ record: recordNumber, offset, message })
  }
  const read: LogRecord = {
    record: recordNumber,
    offset,
    stated: timeGenerated * 1000,
    source,
    eventId: record.eventIdRaw & 0xffff,
    type: typeNames.get(record.eventType) ?? String(record.eventType),
    category: String(record.category),
    computer,
    description: '',
    strings,
    isRecovered,
  }
  return E.right(read)
}

/** Calls with every record of a binary log in the terms that all logs have in common. */
export const readEvtLog = (
  evt: BoundedEvt,
  onRecord: (record: ReadRecord) => void,
): Promise<void> =>
  readEvt(evt, (record) => {
    onRecord(E.isLeft(record) ? record : toLogRecord(record.right))
  })
