import type { ImportOutcome } from '../../src/application/import-log-outcome'
import { cleanEvt, evtEnd, evtHeader, evtRecord, type MadeEvtRecord } from '../support/evt-file'
import { failedDial } from '../support/mta-log'

/** A file that somebody made in order to do harm, and what becomes of it. */
export type HostileFile = {
  readonly name: string
  readonly bytes: Buffer
  readonly becomes: ImportOutcome['_tag']
  /** How many bad records it has; null: not counted here. */
  readonly bad: number | null
}

const start = Date.UTC(1996, 10, 18, 9, 0, 0)
const row = (description: string, computer = 'HARBOUR1'): string =>
  `11/18/96\t9:02:01 AM\tMSExchangeMTA\tWarning\tX.400 Service\t289\tN/A\t${computer}\t${description}\r\n`
const dial = row('A connection to /O=N/CN=A could not be opened.')

const text = (
  name: string,
  content: string,
  becomes: ImportOutcome['_tag'],
  bad: number | null,
): HostileFile => ({ name, bytes: Buffer.from(content), becomes, bad })

const evt = (
  name: string,
  bytes: Buffer,
  becomes: ImportOutcome['_tag'],
  bad: number | null,
): HostileFile => ({ name, bytes, becomes, bad })

const log = failedDial(start, 'A')
const clean = cleanEvt(log)

/** A clean log with words of its header, or of its end, changed. */
const withWords = (words: Readonly<Record<number, number>>): Buffer => {
  const copy = Buffer.from(clean)
  for (const [at, word] of Object.entries(words)) {
    copy.writeUInt32LE(word, Number(at) < 0 ? copy.length + Number(at) : Number(at))
  }
  return copy
}

const many = (count: number, made: (index: number) => MadeEvtRecord): Buffer =>
  cleanEvt(Array.from({ length: count }, (_, index) => made(index)))

const unnamed = (at: number): MadeEvtRecord => ({ at, eventId: 1028, strings: ['29954'] })

const named = (index: number): MadeEvtRecord =>
  index % 2 === 0
    ? unnamed(start + index * 1000)
    : { at: start + index * 1000, eventId: 289, strings: [`/o=n/cn=${'x'.repeat(900)}${index}`] }

/** Headers of records, each of which claims that it goes on for a megabyte. */
const claims = (count: number): Buffer => {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(1024 * 1024, 0)
  head.write('LfLe', 4, 'latin1')
  return Buffer.concat(Array.from({ length: count }, () => head))
}

const header = evtHeader({ begin: 0x30, end: 0x30, next: 1, oldest: 0 })

const evtFiles: ReadonlyArray<HostileFile> = [
  evt('a header alone', header, 'foreign', null),
  evt('half a header', clean.subarray(0, 20), 'foreign', null),
  evt('an end that begins at itself', withWords({ [-20]: clean.length - 40 }), 'imported', null),
  evt('an end that begins in a record', withWords({ [-20]: 0x34 }), 'imported', null),
  evt('an end that begins before the file', withWords({ [-20]: 0 }), 'imported', null),
  evt(
    'an end that begins far behind the file',
    withWords({ [-20]: 0xffff_fff0 }),
    'imported',
    null,
  ),
  evt('a header that points at itself', withWords({ 16: 0, 20: 0 }), 'imported', 0),
  evt('a header that points everywhere', withWords({ 16: 0xffff_ffff, 20: 0x31 }), 'imported', 0),
  evt('numbers that run backwards', withWords({ [-12]: 1, [-8]: 0xffff_ffff }), 'imported', null),
  evt('records that claim a megabyte', Buffer.concat([header, claims(20_000)]), 'foreign', null),
  evt(
    'ends without a log',
    Buffer.concat([
      header,
      ...Array.from({ length: 5000 }, () => evtEnd({ begin: 1, end: 2, next: 3, oldest: 2 })),
    ]),
    'foreign',
    null,
  ),
  evt(
    'a record number as high as can be',
    cleanEvt(log.map((it) => ({ ...it, number: 0xffff_fffe }))),
    'imported',
    0,
  ),
  evt('a thousand links of a thousand letters', many(2000, named), 'imported', 0),
  evt(
    'gaps in all numbers',
    many(12_000, (index) => ({ ...unnamed(start + index), number: 2 * index })),
    'imported',
    0,
  ),
  evt(
    'two thousand computers',
    many(2000, (index) => ({ ...unnamed(start), computer: `C${index}` })),
    'imported',
    1000,
  ),
  evt(
    'lone surrogates',
    many(1, () => ({ at: start, eventId: 289, strings: ['/o=\ud800/cn=b'], computer: '\udfff' })),
    'foreign',
    1,
  ),
  evt(
    'records within a record',
    cleanEvt([{ ...unnamed(start), data: evtRecord(unnamed(start), 9) }]),
    'imported',
    0,
  ),
]

const textFiles: ReadonlyArray<HostileFile> = [
  text('quotes within quotes', `${row('"'.repeat(99_999))}${dial}`, 'imported', null),
  text(
    'a quote that never closes',
    `${dial}${row(`"${'a\r\n'.repeat(100_000)}`)}${dial}`,
    'imported',
    null,
  ),
  text('columns without end', `${dial}${'\t'.repeat(900_000)}\r\n${dial}`, 'imported', null),
  text('a line that is too long', `${dial}${'x'.repeat(3_000_000)}\r\n${dial}`, 'imported', 1),
  text(
    'the words before a name, again and again',
    row('association with entity '.repeat(40_000)),
    'imported',
    0,
  ),
  text(
    'a name without end',
    row(`A connection to /o=${'x'.repeat(500_000)} could not be opened.`),
    'foreign',
    1,
  ),
  text(
    'a computer without end',
    row('A connection to /O=N/CN=A could not be opened.', 'c'.repeat(500_000)),
    'foreign',
    1,
  ),
  text('blanks without end', row(`A connection to${' '.repeat(500_000)}could not`), 'imported', 0),
  text('carriage returns alone', `${dial}${'\r'.repeat(500_000)}\n${dial}`, 'imported', 0),
  text(
    'dates of no calendar',
    '99/99/99\t9:02:01 AM\tMSExchangeMTA\n'.repeat(5000),
    'foreign',
    null,
  ),
]

/** Files made by hand, each against one way in which a reader may fail. */
export const hostileCorpus: ReadonlyArray<HostileFile> = [...evtFiles, ...textFiles]
