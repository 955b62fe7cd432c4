import { isAlive, parseProcessStat } from '../../../../src/adapters/linux/process-stat'

const after = '77 77 34816 77 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 10 20 184 0'

describe('parseProcessStat', () => {
  it.each(['pppd', 'a b', ') S 1 1 1 (', '', 'two\nlines'])('reads a process named %j', (name) => {
    expect(parseProcessStat(`4711 (${name}) S 1 ${after}`)).toEqual({
      pid: 4711,
      name,
      state: 'S',
      parentPid: 1,
      group: 77,
      session: 77,
      threads: 1,
      startTicks: 123_456,
    })
  })

  it.each(['', '4711', '4711 (x', 'x (y) S 1', '4711 (x) S 1 2'])('refuses %j', (text) => {
    expect(parseProcessStat(text)).toBeNull()
  })
})

describe('a process', () => {
  const inState = (state: string, threads: number) => ({
    ...parseProcessStat(`1 (x) ${state} 1 ${after}`)!,
    threads,
  })

  it.each([
    ['R', 1, true],
    ['T', 1, true],
    ['D', 1, true],
    ['Z', 1, false],
    ['Z', 2, true],
    ['X', 1, false],
  ])('in state %s with %i threads is alive: %s (G7)', (state, threads, alive) => {
    expect(isAlive(inState(state, threads))).toBe(alive)
  })
})
