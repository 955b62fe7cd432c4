import { findDialer, isSameProcess } from '../../../../src/adapters/linux/dialer-processes'
import type { ProcessStat } from '../../../../src/adapters/linux/process-stat'
import type { ProcessTable } from '../../../../src/adapters/linux/process-table'

type Seen = Partial<ProcessStat> & { readonly pid: number; readonly attempt?: string }

const tableOf = (...seen: ReadonlyArray<Seen>): ProcessTable => {
  const stats = seen.map((stat) => ({
    name: 'x',
    state: 'S',
    parentPid: 1,
    group: 1,
    session: 1,
    threads: 1,
    startTicks: 500,
    ...stat,
  }))
  return {
    pidNamespace: 'ns',
    find: (pid) => stats.find((stat) => stat.pid === pid) ?? null,
    all: () => stats,
    hasEnvironment: (pid, entry) =>
      stats.some(
        (stat) => stat.pid === pid && entry === `OPEN_INTERVAL_ATTEMPT=${stat.attempt ?? ''}`,
      ),
  }
}

const session = { pid: 900, startTicks: 100, pidNamespace: 'ns' }
const found = (...seen: ReadonlyArray<Seen>) => {
  const { ours, doubtful } = findDialer(tableOf(...seen), { attempt: 'a', session })
  return { ours: ours.map(({ pid }) => pid), doubtful: doubtful.map(({ pid }) => pid) }
}

describe('what is alive of a dialer', () => {
  it('is its leader and whatever is in the session', () => {
    const leader = { pid: 900, session: 900, startTicks: 100 }
    expect(found(leader, { pid: 901, session: 900 }, { pid: 2 })).toEqual({
      ours: [900, 901],
      doubtful: [],
    })
  })

  it('is a child whose leader has exited, when one of the session carries the attempt (G7)', () => {
    const child = { pid: 901, session: 900, attempt: 'a' }
    expect(found(child, { pid: 902, session: 900 })).toEqual({ ours: [901, 902], doubtful: [] })
  })

  it('is a process that left the session but carries the attempt', () => {
    expect(found({ pid: 5, session: 5, attempt: 'a' })).toEqual({ ours: [5], doubtful: [] })
  })

  it('is nobody who carries another attempt', () => {
    expect(found({ pid: 5, session: 5, attempt: 'ab' })).toEqual({ ours: [], doubtful: [] })
  })

  it('is nothing of a session whose number somebody else has got (G7)', () => {
    const foreign = { pid: 900, session: 900, startTicks: 7_777 }
    expect(found(foreign, { pid: 901, session: 900 })).toEqual({ ours: [], doubtful: [] })
  })

  it('is in doubt when the leader is gone and nobody carries the attempt', () => {
    expect(found({ pid: 901, session: 900 })).toEqual({ ours: [], doubtful: [901] })
  })

  it('is no zombie, not even as the leader (G7)', () => {
    expect(found({ pid: 900, session: 900, startTicks: 100, state: 'Z' })).toEqual({
      ours: [],
      doubtful: [],
    })
  })
})

describe('isSameProcess', () => {
  const owner = { pid: 5, startTicks: 500, pidNamespace: 'ns' }

  it.each([
    ['the very process', { pid: 5 }, owner, true],
    ['a later one with its pid', { pid: 5, startTicks: 501 }, owner, false],
    ['a zombie', { pid: 5, state: 'Z' }, owner, false],
    ['one of another namespace', { pid: 5 }, { ...owner, pidNamespace: 'other' }, false],
    ['none', { pid: 6 }, owner, false],
  ])('tells %s', (_what, seen, named, same) => {
    expect(isSameProcess(tableOf(seen), named)).toBe(same)
  })
})
