import * as fc from 'fast-check'
import { recordBytesMax } from '../../../src/import/log-record'
import { lineSplitter } from '../../../src/import/split-lines'

type Cut = readonly [offset: number, text: string | null]

const cutAt = (bytes: Buffer, sizes: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}

const linesOf = (encoding: string, chunks: ReadonlyArray<Uint8Array>): ReadonlyArray<Cut> => {
  const splitter = lineSplitter(encoding)
  const wide = new TextDecoder(encoding)
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()].map(
    ({ offset, bytes }) => [offset, bytes === null ? null : wide.decode(bytes)],
  )
}

const inUtf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

describe('lines', () => {
  it('end with LF, CR LF or CR CR LF, and say where they begin', () => {
    expect(linesOf('utf-8', [Buffer.from('a\nbc\r\nd\r\r\n\nlast')])).toEqual([
      [0, 'a'],
      [2, 'bc'],
      [6, 'd'],
      [10, ''],
      [11, 'last'],
    ])
  })

  it('of UTF-16 end with a whole line feed, not with the byte of one', () => {
    const text = 'ab\r\nĊ\u0a0a\r\nz'
    const lines = [
      [0, 'ab'],
      [8, 'Ċ\u0a0a'],
      [16, 'z'],
    ]
    expect(linesOf('utf-16le', [Buffer.from(text, 'utf16le')])).toEqual(lines)
    expect(linesOf('utf-16be', [inUtf16be(text)])).toEqual(lines)
  })

  it('are the same however the bytes arrive', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r', '\u0a0d', '\u000a') })
    const property = fc.property(
      texts,
      fc.array(fc.integer({ min: 0, max: 7 })),
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
      (text, sizes, encoding) => {
        const bytes = {
          'utf-8': Buffer.from(text),
          'utf-16le': Buffer.from(text, 'utf16le'),
          'utf-16be': inUtf16be(text),
        }[encoding]
        expect(linesOf(encoding, cutAt(bytes, sizes))).toEqual(linesOf(encoding, [bytes]))
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })

  it('longer than a record are let go, and the next one is found', () => {
    const chunk = Buffer.alloc(recordBytesMax / 4, 'x')
    const chunks = [...Array.from({ length: 64 }, () => chunk), Buffer.from('\nnext\n')]
    expect(linesOf('utf-8', chunks)).toEqual([
      [0, null],
      [recordBytesMax * 16 + 1, 'next'],
    ])
  })
})
