import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vistaExport } from '../../../src/import/vista-export'
import { logBytes } from '../../support/log-bytes'
import { readRecords } from '../../support/read-case'

const layout = vistaExport('vista-csv', ',')

describe('the head of a record since Vista', () => {
  it.each([
    ['Warnung,29.04.2026 09:43:59,MTA,289,(3),"x"', true],
    ['"Error",5/26/2025 1:23:45 PM,MTA,289,None,x', true],
    ['Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie', false],
    ['29.04.2026,09:43:59,MTA,Warning,None,289,N/A,SRV,x', false],
    ['and so it went on, 29.04.2026 09:43:59', false],
  ])('%s: %p', (line, isHead) => {
    expect(layout.isHead(line)).toBe(isHead)
  })
})

describe('the columns of a record since Vista', () => {
  it.each([
    ['Warnung,29.04.2026 09:43:59,MTA,many,(3),x', 'many is no event number'],
    ['Warnung,29.04.2026 09:43:59,MTA', 'it has 3 columns instead of 6'],
    ['Warnung,yesterday,MTA,289,(3),x', 'yesterday is no date and time'],
  ])('%s: %s', (line, problem) => {
    expect(layout.parse(line)).toEqual({ _tag: 'Left', left: problem })
  })
})

const sample = join(
  __dirname,
  '../../../../shared/samples/text/issues/freerdp-11159_eventviewer-csv-german.csv',
)

if (existsSync(sample)) {
  describe('a German export that somebody published', () => {
    it('gives its three records, newest first', async () => {
      const { records, errors, survey } = await readRecords(logBytes(readFileSync(sample)))
      expect(survey).toMatchObject({ dateOrder: 'dmy', order: 'newest-first', encoding: 'utf-8' })
      expect(errors).toEqual([])
      expect(records.map(({ record, eventId }) => [record, eventId])).toEqual([
        [1, 303],
        [2, 302],
        [3, 300],
      ])
      expect(records[0]?.stated).toBe(Date.UTC(2026, 3, 29, 9, 43, 59))
    })
  })
} else {
  process.stdout.write('skipped: a published German export (no ../shared here)\n')
}
