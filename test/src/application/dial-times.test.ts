import * as fc from 'fast-check'
import { dialTimesOf, guardDeadlines, leaseDeadlines } from '../../../src/application/dial-times'
import { runs } from '../../support/runs'

const grantedAt = (uptimeCs: number, dialTimeoutSec: number) => ({
  dialTimeoutSec,
  granted: { bootId: 'b', boottimeOffset: '0 0', provider: 'kernel', uptimeCs, wall: '' },
})

describe('the times of a dial', () => {
  it('are 115, 118.75 and 120 s after a grant of 120 s that alive is up for', () => {
    const times = dialTimesOf(grantedAt(1_000, 120), true)
    expect(times).toEqual({ lookCs: 12_500, termCs: 12_875, killCs: 13_000 })
  })

  it('send TERM at 115 s where alive proves nothing', () => {
    expect(dialTimesOf(grantedAt(0, 120), false)).toMatchObject({ termCs: 11_500, killCs: 12_000 })
  })

  it('come one after the other, the guard never before an up can be told', () => {
    const seconds = fc.double({ min: 1, max: 10_000, noNaN: true })
    fc.assert(
      fc.property(seconds, fc.boolean(), (dialTimeoutSec, alive) => {
        const times = dialTimesOf(grantedAt(500, dialTimeoutSec), alive)
        const guard = guardDeadlines(times)
        return (
          500 < times.lookCs &&
          times.lookCs < guard.termCs &&
          guard.termCs < times.termCs &&
          times.termCs < times.killCs
        )
      }),
      runs(),
    )
  })

  it('end a dialer before its lease runs out', () => {
    expect(leaseDeadlines(1_000, 60)).toEqual({ termCs: 6_500, killCs: 7_000 })
  })
})
