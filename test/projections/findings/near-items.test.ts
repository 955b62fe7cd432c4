import { nearItems } from '../../../projections/findings/near-items'

const rules = {
  dialTimeoutMs: 120_000,
  resolutionMs: 1000,
  reachMs: 722_000,
  numbersMax: 1,
  isUniform: true,
}

const item = (sec: number, isOptional: boolean, epoch = 0) => ({
  atMs: sec * 1000,
  isOptional,
  epoch,
})

const daySec = 86_400

/** Records without a name an hour apart, and one of the link in the middle of the second day. */
const log = [
  ...Array.from({ length: 36 }, (_, hour) => item(hour * 3600, true)),
  item(1.5 * daySec + 60, false),
  ...Array.from({ length: 36 }, (_, hour) => item(2 * daySec + hour * 3600, true)),
  item(4 * daySec, true),
]

const near = item(1.5 * daySec - 600, true)

describe('records without a name', () => {
  it('are left out where they are far from every record of the link', () => {
    const kept = nearItems([...log.slice(0, 36), near, ...log.slice(36)], rules)
    expect(kept).toEqual([near, log[36]])
  })

  it('are kept while the link has a record within reach, before or after', () => {
    const sides = [-2000, 2000].map((sec) => item(1.5 * daySec + 60 + sec, true))
    expect(nearItems([...sides, item(1.5 * daySec + 60, false)], rules)).toHaveLength(3)
  })

  it.each([
    ['windows differ', { isUniform: false }],
    ['windows grow with each failure', { numbersMax: 2 }],
  ])('are all kept where %s', (_, overrides) => {
    expect(nearItems(log, { ...rules, ...overrides })).toEqual(log)
  })

  it('are all kept where the clock was stepped', () => {
    const stepped = [...log, item(5 * daySec, true, 1)]
    expect(nearItems(stepped, rules)).toEqual(stepped)
  })
})
