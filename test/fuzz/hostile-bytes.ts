import * as fc from 'fast-check'
import type { LogFormat } from '../../src/import/log-record'
import { cleanEvt, dirtyEvt, evtEnd, evtRecord, wrappedEvt } from '../support/evt-file'
import { failedDial, shownRecord } from '../support/mta-log'
import { american, german, ntCsv, ntText } from '../support/nt-log'
import { vistaRows } from '../support/vista-log'

const start = Date.UTC(1996, 10, 18, 9, 0, 0)
const dials = Array.from({ length: 6 }, (_, at) =>
  failedDial(start + at * 60_000, `L${at % 2}`),
).flat()
const shown = dials.map(shownRecord)

/** Sound logs of every format, from which hostile ones are made. */
const soundLogs: Readonly<Record<LogFormat, ReadonlyArray<Buffer>>> = {
  'nt-text': [Buffer.from(ntText(shown)), Buffer.from(`\ufeff${ntText(shown)}`, 'utf16le')],
  'nt-csv': [Buffer.from(ntCsv(shown, german)), Buffer.from(ntCsv(shown, american))],
  'vista-text': [Buffer.from(vistaRows(shown, '\t'))],
  'vista-csv': [Buffer.from(vistaRows(shown, ',')), Buffer.from(vistaRows(shown, ';'), 'utf16le')],
  evt: [cleanEvt(dials), dirtyEvt(dials, 8192), wrappedEvt(dials, 4096)],
}

const all = Object.values(soundLogs).flat()

const end = { begin: 0x30, end: 0x30, next: 9, oldest: 1 }
const words =
  'an association with entity connection to error has occurred for gateway ended in seconds'

const texts = [
  ...['\t', ',', ';', '"', '""', '\r', '\n', '\0', '\ufeff', '\u2028', '%1', '...', '[', '/', '='],
  ...['11/18/96', '9:02:01 AM', '18.11.1996', 'MSExchangeMTA', '289', '9311', '99999', '31/31/31'],
  ...[
    '"a""b",""c',
    '12/31/1969\t1:00:00 AM\t',
    words,
    '\ud800',
    '/o=x/cn=y',
    'in 999999999 seconds',
  ],
]

/** Pieces that readers look for, where nobody expects them. */
const pieces: ReadonlyArray<Buffer> = [
  ...texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')]),
  Buffer.from('LfLe'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xed, 0xa0, 0x80]),
  evtEnd(end),
  evtEnd({ ...end, begin: 0xffff_fff0 }),
  evtRecord({ at: start, eventId: 289, strings: ['/o=a/cn=b'] }, 3),
  evtRecord({ at: 0, eventId: 301, strings: ['\ud800', '', '5', '6'], computer: '\udc00' }, 0),
]

const lies = [0, 1, 4, 0x27, 0x28, 0x30, 0x38, 0x100, 0x1000, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff]

type Mutation = (bytes: Buffer) => Buffer

/** Most bytes of a mutated log. */
const bytesMax = 128 * 1024

/** A place in bytes of any length, as a share of it. */
const share = fc.double({ min: 0, max: 1, noNaN: true })
const placeIn = (bytes: Buffer, at: number): number => Math.floor(at * bytes.length)

const cut = fc.tuple(share, share).map(([from, to]): Mutation => (bytes) => {
  const [first, last] = [placeIn(bytes, from), placeIn(bytes, to)]
  return bytes.subarray(Math.min(first, last), Math.max(first, last))
})

const truncated = share.map(
  (to): Mutation =>
    (bytes) =>
      bytes.subarray(0, placeIn(bytes, to)),
)

const flipped = fc
  .array(fc.tuple(share, fc.nat(7)), { minLength: 1, maxLength: 12 })
  .map((flips): Mutation => (bytes) => {
    const copy = Buffer.from(bytes)
    for (const [at, bit] of flips) {
      const place = placeIn(copy, at)
      if (place < copy.length) copy.writeUInt8(copy.readUInt8(place) ^ (1 << bit), place)
    }
    return copy
  })

/** Lengths and offsets that lie: a word is 0, huge, a place in the file, or that of another word. */
const lying = fc
  .array(fc.tuple(share, fc.oneof(fc.constantFrom(...lies), share)), { minLength: 1, maxLength: 4 })
  .map((changes): Mutation => (bytes) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of changes) {
      const place = placeIn(copy, at) & ~3
      const word = value > 0 && value < 1 ? placeIn(copy, value) & ~3 : value
      if (place + 4 <= copy.length) copy.writeUInt32LE(word >>> 0, place)
    }
    return copy
  })

/** Offsets in the header, and in the end of a log, that lead in circles. */
const looping = fc
  .tuple(fc.constantFrom(16, 20, 24, 28, 32), fc.oneof(fc.constantFrom(...lies), share))
  .map(([field, value]): Mutation => (bytes) => {
    const copy = Buffer.from(bytes)
    const word = (value > 0 && value < 1 ? placeIn(copy, value) & ~3 : value) >>> 0
    if (copy.length >= 0x30) copy.writeUInt32LE(word, field)
    const at = copy.indexOf(evtEnd(end).subarray(0, 20))
    if (at >= 0 && at + 40 <= copy.length) copy.writeUInt32LE(word, at + field + 4)
    return copy
  })

const inserted = fc
  .tuple(share, fc.constantFrom(...pieces), fc.constantFrom(1, 2, 3, 50, 3000))
  .map(([at, piece, times]): Mutation => (bytes) => {
    const place = placeIn(bytes, at)
    const many = Buffer.concat(Array.from({ length: times }, () => piece))
    return Buffer.concat([bytes.subarray(0, place), many, bytes.subarray(place)])
  })

const repeated = fc
  .tuple(share, share, fc.constantFrom(2, 5, 40))
  .map(([from, to, times]): Mutation => (bytes) => {
    const [first, last] = [placeIn(bytes, Math.min(from, to)), placeIn(bytes, Math.max(from, to))]
    const part = bytes.subarray(first, last)
    const many = Array.from({ length: times }, () => part)
    return Buffer.concat([bytes.subarray(0, first), ...many, bytes.subarray(last)])
  })

const spliced = fc.tuple(share, fc.constantFrom(...all), share).map(
  ([at, other, from]): Mutation =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, placeIn(bytes, at)), other.subarray(placeIn(other, from))]),
)

const mutation = fc.oneof(truncated, cut, flipped, lying, looping, inserted, repeated, spliced)

/** Logs of a format, damaged in any way, most of them still nearly logs. */
export const hostileLogs = (format: LogFormat): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...soundLogs[format]), fc.array(mutation, { maxLength: 4 }))
    .map(([sound, mutations]) =>
      mutations.reduce((bytes, mutate) => mutate(bytes).subarray(0, bytesMax), sound),
    )
