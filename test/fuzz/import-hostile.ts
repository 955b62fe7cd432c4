import { isLeft } from 'fp-ts/Either'
import { auditAll } from '../../projections/findings/audit-all'
import { auditLedger } from '../../src/application/audit'
import type { ImportOutcome } from '../../src/application/import-log-outcome'
import type { LogBytes, LogFormat } from '../../src/import/log-record'
import { importCase, type ImportCase } from '../support/import-case'
import { inChunks, logBytes } from '../support/log-bytes'

/** A file that nobody vouches for, and how it is to be read. */
export type Hostile = {
  readonly bytes: Buffer
  readonly chunkBytes: number
  readonly format: LogFormat | null
  readonly encoding: string | null
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const sumOf = ({ logs }: ImportOutcome, count: (log: ImportOutcome['logs'][number]) => number) =>
  logs.reduce((sum, log) => sum + count(log), 0)

/** What is wrong with the places that bad records are said to be at. */
const placeProblem = ({ logs }: ImportOutcome, size: number): string | null => {
  for (const { record, offset, message } of logs.flatMap(({ errors }) => errors)) {
    if (message === '') return 'an error without a message'
    if (record !== null && !isCount(record)) return `an error of record ${record}`
    if (offset !== null && !(isCount(offset) && offset <= size)) return `an error at ${offset}`
  }
  return null
}

/** What is wrong with what an import says about itself; null: nothing. */
export const outcomeProblem = (outcome: ImportOutcome, size: number): string | null => {
  const { _tag, logs, error } = outcome
  if (_tag === 'ledger') return `the ledger did not take it: ${JSON.stringify(error)}`
  for (const log of logs) {
    const { records, recognised, events, duplicates, skipped, recovered, gaps, clockSteps } = log
    const counts = [records, recognised, events, duplicates, skipped, recovered, gaps, clockSteps]
    if (!counts.every(isCount)) return `no counts: ${JSON.stringify(log)}`
  }
  const bad = sumOf(outcome, (log) => log.errors.filter(({ record }) => record !== null).length)
  const known = sumOf(outcome, (log) => log.recognised + log.skipped)
  const records = sumOf(outcome, (log) => log.records)
  const isListed = bad < 1000
  if (_tag === 'imported' && isListed && records !== known + bad) {
    return `${records} records, but ${known} known and ${bad} bad ones`
  }
  return placeProblem(outcome, size)
}

const auditProblem = async ({ store }: ImportCase): Promise<string | null> => {
  const report = await auditLedger(store, { ...auditAll, asOf: 'now' })
  if (isLeft(report)) return report.left.why
  const { dials, kept, broken, cannotTell, waived, exempt } = report.right.totals
  const isSum = dials === kept + broken + cannotTell + waived + exempt
  return isSum ? null : 'the verdicts are not as many as the dials'
}

/** A log that counts how far it is read ahead of what is done with it. */
const bytesOf = ({ bytes, chunkBytes }: Hostile): LogBytes =>
  logBytes(...inChunks(bytes, chunkBytes))

/** Imports a hostile file twice, reads back and audits; gives what is wrong, null: nothing. */
export const importHostile = async (hostile: Hostile): Promise<string | null> => {
  const { bytes, format, encoding } = hostile
  const ledger = importCase()
  const first = await ledger.run(bytesOf(hostile), { format, encoding })
  const problem = outcomeProblem(first, bytes.length)
  if (problem !== null) return problem
  const stored = (await ledger.evidence()).length
  const events = sumOf(first, (log) => log.events)
  if (stored !== events) return `${events} events were told, ${stored} are there`
  const again = await ledger.run(bytesOf(hostile), { format, encoding })
  if (again._tag !== first._tag) return `${first._tag}, and the second time ${again._tag}`
  const added = sumOf(again, (log) => log.events)
  if (added !== 0) return `${added} events more the second time`
  return auditProblem(ledger)
}
