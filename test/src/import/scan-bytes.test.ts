import * as fc from 'fast-check'
import { isRight } from 'fp-ts/Either'
import { scanBytes } from '../../../src/import/scan-bytes'
import { inChunks, logBytes } from '../../support/log-bytes'
import { runs } from '../../support/runs'

const encodingOf = async (bytes: Uint8Array, chunkBytes: number): Promise<string> => {
  const nothingStated = { encoding: null, format: null }
  const scan = await scanBytes(logBytes(...inChunks(bytes, chunkBytes)), nothingStated)
  return isRight(scan) ? scan.right.encoding : scan.left._tag
}

const isText = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Characters of each length in UTF-8, whole or with one byte changed or cut off. */
const almostUtf8 = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom('a', '\u00e9', '\u20ac', '\u{1f4de}', '\uffff'),
      minLength: 1,
    }),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom(0x41, 0x80, 0xc0, 0xc3, 0xed, 0xf4, 0xff))),
    fc.nat({ max: 3 }),
  )
  .map(([text, change, cut]) => {
    const bytes = Buffer.from(`a${text}`)
    if (change !== null) bytes[1 + (change[0] % (bytes.length - 1))] = change[1]
    return bytes.subarray(0, Math.max(1, bytes.length - cut))
  })

describe('the encoding of a file', () => {
  it('is UTF-8 if all of it is, however it was cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(almostUtf8, fc.integer({ min: 1, max: 9 }), async (bytes, chunkBytes) => {
        const expected = isText(bytes) ? 'utf-8' : 'windows-1252'
        expect(await encodingOf(bytes, chunkBytes)).toBe(expected)
      }),
      runs(),
    )
  })
})
