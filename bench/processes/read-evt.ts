import { logFile } from '../../src/import/log-file'
import { assumedZone } from '../../src/import/log-zone'
import { readLog } from '../../src/import/read-log'
import { surveyLog } from '../../src/import/survey-log'
import { valueOf } from '../value-of'

/** Reads a log and says its records, the milliseconds that took, and its peak memory in kilobytes. */
const readEvt = async (path: string): Promise<void> => {
  const bytes = logFile(path, () => undefined)
  const options = { format: null, encoding: null, dateOrder: null, zone: assumedZone }
  const startedAt = performance.now()
  const survey = valueOf(await surveyLog(bytes, options))
  let records = 0
  await readLog({ bytes, survey, zone: assumedZone }, () => {
    records += 1
  })
  const ms = performance.now() - startedAt
  process.stdout.write(JSON.stringify({ records, ms, kb: process.resourceUsage().maxRSS }))
}

void readEvt(process.argv[2] ?? '')
