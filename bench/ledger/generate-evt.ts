import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { evtEnd, evtHeader, evtHeaderBytes, evtRecord } from '../../test/support/evt-file'
import type { MadeEvtRecord } from '../../test/support/evt-file'
import { failedDial } from '../../test/support/mta-log'
import { benchFolder } from './cached-ledger'

/** To be raised whenever generated logs change. */
const generatorVersion = 1

/** What a generated log holds: of each so many records, one failed dial of four records. */
export type GeneratedEvt = { readonly records: number; readonly ofMta: 'all' | 'some' }

const firstAt = Date.UTC(1996, 0, 1)
const links = 100

const other = (index: number): MadeEvtRecord => ({
  at: firstAt + index * 1000,
  eventId: 1000 + (index % 50),
  source: ['ESE97', 'MSExchangeIS Private', 'Perflib', 'Userenv'][index % 4] ?? 'ESE97',
  strings: ['a message of another program', String(index), 'C:\\exchsrvr\\mdbdata\\priv.edb'],
})

const recordsAt = (index: number, { ofMta }: GeneratedEvt): ReadonlyArray<MadeEvtRecord> => {
  const dial = failedDial(firstAt + index * 1000, `LINK ${String(index % links)}`)
  const others = ofMta === 'all' ? 0 : 36
  return [...Array.from({ length: others }, (_, at) => other(index + at)), ...dial]
}

/** The path of a binary log with so many records, made if it is not there yet. */
export const generatedEvt = (wanted: GeneratedEvt): string => {
  const path = join(benchFolder, `log-v${generatorVersion}-${wanted.records}-${wanted.ofMta}.evt`)
  if (existsSync(path)) return path
  mkdirSync(benchFolder, { recursive: true })
  const building = `${path}.${process.pid}`
  const file = openSync(building, 'w')
  let end = evtHeaderBytes
  let next = 1
  while (next <= wanted.records) {
    const bytes = recordsAt(next, wanted).map((record) => evtRecord(record, next++))
    end += writeSync(file, Buffer.concat(bytes), 0, null, end)
  }
  const state = { begin: evtHeaderBytes, end, next, oldest: 1 }
  writeSync(file, evtHeader(state), 0, null, 0)
  writeSync(file, evtEnd(state), 0, null, end)
  closeSync(file)
  renameSync(building, path)
  return path
}
