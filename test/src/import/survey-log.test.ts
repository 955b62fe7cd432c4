import * as fc from 'fast-check'
import { logFormats } from '../../../src/import/log-record'
import { logBytes } from '../../support/log-bytes'
import { ntCsv, ntText, openFailed, rasError } from '../../support/nt-log'
import { readCase } from '../../support/read-case'

const at = Date.UTC(1996, 10, 18, 13, 5, 0)
const made = [openFailed(at, 'A'), rasError(at + 1000, 'B', 629)]
const whole = Buffer.from(ntText(made) + ntCsv(made))

const damaged = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }),
    fc.nat(whole.length),
  )
  .map(([edits, length]) => {
    const bytes = Buffer.from(whole)
    edits.forEach(([index, value]) => bytes.writeUInt8(value, index))
    return bytes.subarray(0, length)
  })

const fragments = fc
  .array(
    fc.constantFrom(
      '11/18/96',
      '\t',
      ',',
      '"',
      '\r\n',
      '\n',
      'MTA',
      '1:05:00 PM',
      '289',
      '%1',
      'ü',
    ),
    { maxLength: 200 },
  )
  .map((parts) => Buffer.from(parts.join('')))

describe('any bytes', () => {
  it('give records, errors with a place, or the problem of the file', async () => {
    const property = fc.asyncProperty(
      fc.oneof(damaged, fragments, fc.uint8Array({ maxLength: 400 })),
      fc.constantFrom(null, ...logFormats),
      fc.constantFrom(null, 'utf-16le', 'cp850', 'utf-8'),
      async (bytes, format, encoding) => {
        const read = await readCase(logBytes(bytes), { format, encoding })
        if ('_tag' in read) return
        expect(read.records.every(({ stated }) => Number.isSafeInteger(stated))).toBe(true)
        expect(read.errors.every(({ offset }) => (offset ?? -1) >= 0)).toBe(true)
        expect(read.errors.every(({ message }) => message.length > 0)).toBe(true)
        if (read.survey.isEvt) return
        const places = [...read.records, ...read.errors].map(({ record }) => record)
        expect(places.toSorted((first, second) => (first ?? 0) - (second ?? 0))).toEqual(
          Array.from({ length: places.length }, (_, index) => index + 1),
        )
      },
    )
    await fc.assert(property, { numRuns: 1500 })
  })
})
