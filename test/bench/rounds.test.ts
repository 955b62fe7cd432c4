import { interleaved, median, medianRatio } from '../../bench/rounds'

describe('measuring in turns', () => {
  it('begins each round with another contender and keeps what counts', async () => {
    const turns: string[] = []
    const contender = (name: string) => () => Promise.resolve(turns.push(name))
    const samples = await interleaved([contender('a'), contender('b')], { warmUp: 1, counted: 2 })
    expect(turns.join('')).toBe('abbaab')
    expect(samples).toEqual([
      [4, 5],
      [3, 6],
    ])
  })
})

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[], NaN],
  ])('of %j is %d', (numbers, middle) => {
    expect(median(numbers)).toBe(middle)
  })

  it('of ratios is that of each round, so that drift cancels out', () => {
    expect(medianRatio([2, 20, 200], [1, 10, 100])).toBe(2)
  })
})
