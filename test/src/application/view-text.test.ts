import fc from 'fast-check'
import { viewOfText, viewText } from '../../../src/application/view-text'

const views = fc.letrec((tie) => ({
  view: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('$', '$1', '$$1', '"', '\\', '\n', '\u2028', '\ud800'),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.array(tie('view')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$1', '$', '"')).filter((it) => it !== '__proto__'),
      tie('view'),
      { noNullPrototype: true },
    ),
  ),
})).view

describe('a view as text', () => {
  it('gives back the view', () => {
    fc.assert(
      fc.property(views, (view) => expect(viewOfText(viewText(view))).toEqual(view)),
      {
        numRuns: 1000,
      },
    )
  })

  it('tells a bigint from what looks like one', () => {
    const view = { a: 1n, b: '$1', c: '1', d: 1, e: '$$1', $1: 1n }
    expect(viewOfText(viewText(view))).toEqual(view)
  })

  it('is the text that JSON makes of what JSON knows', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/"\$|"__proto__/u.test(JSON.stringify(value)))
        expect(viewText(value)).toBe(JSON.stringify(value))
      }),
    )
  })
})
