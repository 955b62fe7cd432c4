import { isLeft, isRight } from 'fp-ts/Either'
import type { LogProblem } from '../../src/import/log-problem'
import type { LogBytes, LogRecord, RecordError } from '../../src/import/log-record'
import { assumedZone } from '../../src/import/log-zone'
import { readLog } from '../../src/import/read-log'
import { surveyLog, type LogOptions, type LogSurvey } from '../../src/import/survey-log'

/** Everything that is in a file. */
export type ReadCase = {
  readonly survey: LogSurvey
  readonly records: ReadonlyArray<LogRecord>
  readonly errors: ReadonlyArray<RecordError>
}

/** Reads a log whole; gives the problem of a file that cannot be read. */
export const readCase = async (
  bytes: LogBytes,
  overrides: Partial<LogOptions> = {},
): Promise<ReadCase | LogProblem> => {
  const found = { format: null, encoding: null, dateOrder: null, zone: assumedZone }
  const options = { ...found, ...overrides }
  const survey = await surveyLog(bytes, options)
  if (isLeft(survey)) return survey.left
  const records: LogRecord[] = []
  const errors: RecordError[] = []
  await readLog({ bytes, survey: survey.right, zone: options.zone }, (record) => {
    if (isRight(record)) records.push(record.right)
    else errors.push(record.left)
  })
  return { survey: survey.right, records, errors }
}

/** Reads a log that can be read. */
export const readRecords = async (
  bytes: LogBytes,
  overrides: Partial<LogOptions> = {},
): Promise<ReadCase> => {
  const read = await readCase(bytes, overrides)
  if ('_tag' in read) throw new Error(read._tag)
  return read
}
