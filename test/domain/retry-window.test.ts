import { defaultPolicy, type RetryPolicy } from '../../domain/policy'
import { addWait, requiredSecOf, waitsMax, type Wait } from '../../domain/retry-window'

const aWait = (n: number, overrides: Partial<Wait> = {}): Wait => ({
  windowId: `window-${n}`,
  kind: 'failure',
  mark: BigInt(n),
  lessCs: 0,
  since: BigInt(n),
  failureNumber: 1,
  evidence: {
    id: `event-${n}`,
    revision: BigInt(n),
    type: 'RasErrorOccurred',
    origin: 'record',
    code: 629,
    at: '2026-01-01T00:00:00.000Z',
  },
  statedMs: null,
  ...overrides,
})

const many = (count: number, overridesOf: (n: number) => Partial<Wait> = () => ({})) =>
  Array.from({ length: count }, (_, n) => aWait(n, overridesOf(n)))

describe('adding a wait', () => {
  it('replaces an earlier one of the same evidence in the same window, and shortens nothing', () => {
    const earlier = aWait(1, { windowId: 'one', failureNumber: 4, since: 1n })
    const later = aWait(2, { windowId: 'one', failureNumber: 1, since: 2n })
    expect(addWait([earlier], later)).toEqual([{ ...later, failureNumber: 4, since: 1n }])
  })

  it('keeps both where the evidence differs', () => {
    const other = aWait(2, { windowId: 'window-1', lessCs: 12_000 })
    expect(addWait([aWait(1)], other)).toHaveLength(2)
  })

  it('merges the oldest beyond the most that are remembered, and forgets none', () => {
    const waits = many(100).reduce<ReadonlyArray<Wait>>(addWait, [])
    expect(waits).toHaveLength(waitsMax)
    expect(waits[0]).toMatchObject({ since: 0n, mark: BigInt(100 - waitsMax) })
  })

  it('never merges a failure into a shorter wait', () => {
    const waits = many(60, (n) => ({ kind: n % 2 === 0 ? 'failure' : 'not-started' })).reduce<
      ReadonlyArray<Wait>
    >(addWait, [])
    expect(waits.filter(({ kind }) => kind === 'failure').at(-1)).toMatchObject({ mark: 58n })
    expect(new Set(waits.map(({ kind }) => kind))).toEqual(new Set(['failure', 'not-started']))
  })

  it('never merges a failure into one that the policy exempts', () => {
    const waits = many(waitsMax + 1, (n) =>
      n === 1 ? { evidence: { ...aWait(1).evidence, code: 633 } } : {},
    ).reduce<ReadonlyArray<Wait>>(addWait, [])
    const policy: RetryPolicy = { ...defaultPolicy, exempt: ['record:633'] }
    const merged = waits.find(({ mark }) => mark === 1n)
    expect(merged && requiredSecOf(merged, [policy])).toBe(600)
  })
})
