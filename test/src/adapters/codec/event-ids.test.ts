import { v5 } from 'uuid'
import {
  importId,
  importNamespace,
  isEventId,
  outcomeId,
  outcomeNamespace,
  type ImportedFact,
  type OutcomeFact,
} from '../../../../src/adapters/codec'
import { aReading, uuidOf } from '../../../support/event-builders'

const outcome: OutcomeFact = {
  attempt: uuidOf(1),
  type: 'RasErrorOccurred',
  code: 629,
  occurred: aReading(),
}

const imported: ImportedFact = {
  logId: 'l',
  origin: 'mta:9311',
  statedSec: 831_168_000,
  parameters: { link: 'isp', code: 629 },
  count: 0,
}

describe('the ids of facts', () => {
  it('are UUIDs of version 5 over the canonical text of the fact', () => {
    expect(outcomeId(outcome)).toBe(
      v5(
        `{"attempt":"${uuidOf(1)}","code":629,"occurred":{"bootId":"boot-a-1","boottimeOffset":"0",` +
          '"provider":"kernel","uptimeCs":360000,"wall":"2026-01-01T00:00:00.000Z"},"type":"RasErrorOccurred"}',
        outcomeNamespace,
      ),
    )
    expect(importId(imported)).toBe(
      v5(
        '{"count":0,"logId":"l","origin":"mta:9311","parameters":{"code":629,"link":"isp"},"statedSec":831168000}',
        importNamespace,
      ),
    )
    expect(isEventId(outcomeId(outcome))).toBe(true)
  })

  it('are the same for the same fact, however it is put', () => {
    const { attempt, type, code, occurred } = outcome
    expect(outcomeId({ occurred: { ...occurred }, code, type, attempt })).toBe(outcomeId(outcome))
    expect(importId({ ...imported, parameters: { code: 629, link: 'isp' } })).toBe(
      importId(imported),
    )
  })

  it('differ with the attempt, the type, the code and the clock reading of an outcome', () => {
    const others: ReadonlyArray<OutcomeFact> = [
      { ...outcome, attempt: uuidOf(2) },
      { ...outcome, type: 'ConnectionErrorOccurred' },
      { ...outcome, code: 630 },
      { ...outcome, code: null },
      { ...outcome, occurred: aReading({ uptimeCs: 1 }) },
      { ...outcome, occurred: aReading({ bootId: 'other' }) },
    ]
    expect(new Set([outcome, ...others].map(outcomeId)).size).toBe(1 + others.length)
  })

  it('differ with the log, the origin, the second, the parameters and the count of a record', () => {
    const others: ReadonlyArray<ImportedFact> = [
      { ...imported, logId: 'm' },
      { ...imported, origin: 'mta:1028' },
      { ...imported, statedSec: 831_168_001 },
      { ...imported, parameters: { link: 'isp', code: 630 } },
      { ...imported, count: 1 },
    ]
    expect(new Set([imported, ...others].map(importId)).size).toBe(1 + others.length)
  })
})
