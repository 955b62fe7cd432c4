import * as E from 'fp-ts/Either'
import { defaultPolicy, intervalSecOf, type RetryPolicy } from '../../domain/policy'
import { exhaustedAfterSec, lintPolicy, parsePolicyFields } from '../../domain/policy-rules'

describe('policy fields from outside', () => {
  it('accepts every field of the default policy', () => {
    expect(parsePolicyFields({ ...defaultPolicy })).toEqual(E.right(defaultPolicy))
  })

  it.each([
    ['openIntervalSec', 0.99],
    ['openIntervalSec', '600'],
    ['openIntervalSec', Number.NaN],
    ['openIntervalSec', Number.POSITIVE_INFINITY],
    ['intervalsSec', [600, 0]],
    ['maxOpenRetries', 0],
    ['maxOpenRetries', 1.5],
    ['onExhausted', 'wait'],
    ['dialTimeoutSec', 0.5],
    ['shortSessionsMax', 32],
    ['waitAfterNormalEnd', 'yes'],
    ['limits', [{ max: 0, perSec: 60 }]],
    ['limits', [{ max: 1001, perSec: 60 }]],
    ['limits', [{ max: 10, perSec: 60, per: 'hour' }]],
    ['jitterMaxSec', 0.5],
    ['wallClock', true],
    ['leaseSec', 4],
    ['exempt', ['exit pppd']],
    ['openInterval', 600],
  ])('rejects %s = %j', (field, value) => {
    expect(parsePolicyFields({ [field]: value })).toMatchObject({ _tag: 'Left', left: [{ field }] })
  })

  it('returns every problem at once', () => {
    expect(parsePolicyFields({ openIntervalSec: 0, dialTimeoutSec: 0 })).toMatchObject({
      left: [{ field: 'openIntervalSec' }, { field: 'dialTimeoutSec' }],
    })
  })
})

describe('the interval of a failure', () => {
  const policy = { ...defaultPolicy, intervalsSec: [10, 20, 40] }

  it.each([
    [0, 10],
    [1, 10],
    [2, 20],
    [3, 40],
    [99, 40],
  ])('returns for failure %i of the list: %i s', (failure, sec) => {
    expect(intervalSecOf(policy, failure)).toBe(sec)
  })

  it('returns the one interval where there is no list', () => {
    expect(intervalSecOf(defaultPolicy, 7)).toBe(600)
  })
})

describe('the time until a link is exhausted', () => {
  it('returns 24 h by default (Q157630)', () => {
    expect(exhaustedAfterSec(defaultPolicy)).toBe(86_400)
  })

  it('returns the sum of a list whose last repeats', () => {
    expect(exhaustedAfterSec({ ...defaultPolicy, intervalsSec: [1, 2], maxOpenRetries: 4 })).toBe(7)
  })
})

describe('the lint', () => {
  const rulesOf = (set: Partial<RetryPolicy>, links = 1) =>
    lintPolicy({ ...defaultPolicy, ...set }, { links }).map(({ rule }) => rule)

  it('accepts the default policy', () => {
    expect(rulesOf({})).toEqual([])
  })

  it.each([
    [14.9, ['below-exchange-minimum']],
    [15, ['below-lan-floor']],
    [29, ['below-lan-floor']],
    [30, ['below-ras-floor']],
    [59, ['below-ras-floor']],
    [60, []],
  ])('knows the floors at %i s', (openIntervalSec, rules) => {
    expect(rulesOf({ openIntervalSec })).toEqual(rules)
  })

  it.each([
    ['no-jitter', {}, 10],
    ['hold-too-early', { onExhausted: 'hold', maxOpenRetries: 143 }, 1],
    ['exempt-failures', { exempt: ['exit:pppd'] }, 1],
    ['wall-clock-trusted', { wallClock: 'trusted' }, 1],
  ] as const)('warns of %s', (rule, set, links) => {
    expect(rulesOf(set, links)).toEqual([rule])
  })
})
