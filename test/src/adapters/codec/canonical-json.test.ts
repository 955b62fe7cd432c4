import canonicalize from 'canonicalize'
import { isLeft, isRight, right } from 'fp-ts/Either'
import * as fc from 'fast-check'
import { canonicalJson } from '../../../../src/adapters/codec'

describe('the canonical text of a value', () => {
  it('is that of the package canonicalize, for whatever JSON can say', () => {
    const values = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' })
    const property = fc.property(values, (value) => {
      fc.pre(!JSON.stringify(value).includes(String.raw`\u0000`))
      expect(canonicalJson(value)).toEqual(right(canonicalize(value)))
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it.each([
    ['', '""'],
    [-0, '0'],
    [1e21, '1e+21'],
    [{ b: 1, a: [true, null], '\u20ac': 'é', '\ud83d\ude00': '\u2028"\\\n' }, null],
    [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
  ])('of %j is as RFC 8785 has it', (value, text) => {
    expect(canonicalJson(value)).toEqual(right(text ?? canonicalize(value)))
  })

  it('is there only to a depth of 32', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: [nested(depth - 1)] })
    expect(isRight(canonicalJson(nested(16)))).toBe(true)
    expect(canonicalJson(nested(17))).toMatchObject({ left: expect.stringMatching(/nested/) })
  })

  it.each([
    [undefined],
    [NaN],
    [1n],
    [{ a: undefined }],
    [new Array(2)],
    [new Date(0)],
    [{ a: '\ud800' }],
    [{ '\0': 1 }],
    [{ toJSON: () => 1 }],
  ])('is not there for %p', (value) => {
    expect(isLeft(canonicalJson(value))).toBe(true)
  })
})
