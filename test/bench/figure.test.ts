import { judged, lineOf, type Figure } from '../../bench/figure'

const figure = (overrides: Partial<Figure>): Figure => ({
  name: 'grant-p50',
  value: 1.2,
  unit: 'x a bare insert',
  target: { atMost: 1.3 },
  seen: '1.2 ms against 1.0 ms',
  ...overrides,
})

describe('a figure held against its target', () => {
  it.each([
    [1.3, { atMost: 1.3 }, true, null],
    [2.6, { atMost: 1.3 }, false, 100],
    [4, { atLeast: 4 }, true, null],
    [3, { atLeast: 4 }, false, 25],
    [0, { atMost: 0 }, true, null],
    [2, { atMost: 0 }, false, 200],
    [5, null, null, null],
  ])(
    'says of %d beside %j whether it is met, and by how much not',
    (value, target, met, missed) => {
      const { met: isMet, missedByPercent } = judged(figure({ value, target }))
      expect(isMet).toBe(met)
      if (missed === null) expect(missedByPercent).toBeNull()
      else expect(missedByPercent).toBeCloseTo(missed)
    },
  )

  it('counts what is not a number as missed', () => {
    expect(judged(figure({ value: NaN })).met).toBe(false)
    expect(judged(figure({ value: NaN, target: { atLeast: 4 } })).met).toBe(false)
  })
})

describe('the line of a figure', () => {
  it('names value, target, verdict and what was seen', () => {
    expect(lineOf(figure({})).replace(/ {2,}/gu, ' | ')).toBe(
      'grant-p50 | 1.2 x a bare insert | <= 1.3 | met | (1.2 ms against 1.0 ms)',
    )
  })

  it('says by how much a target was missed, never by nothing', () => {
    expect(lineOf(figure({ value: 2.6 }))).toContain('missed by 100 %')
    expect(lineOf(figure({ value: 1.301 }))).toContain('missed by 1 %')
    expect(lineOf(figure({ target: null }))).toContain('no target')
  })
})
