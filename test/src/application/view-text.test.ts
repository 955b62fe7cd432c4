import fc from 'fast-check'
import { viewOfText, viewText } from '../../../src/application/view-text'

const views = fc.letrec((tie) => ({
  view: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.array(tie('view')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$bigint', '$', '$$bigint')), tie('view'), {
      noNullPrototype: true,
    }),
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
    const view = { a: 1n, b: { $bigint: '1' }, c: '1', d: 1 }
    expect(viewOfText(viewText(view))).toEqual(view)
  })
})
