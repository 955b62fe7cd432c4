import * as fc from 'fast-check'
import {
  parseBoottimeOffset,
  parseUptimeCs,
  parseUptimeMount,
} from '../../../../src/adapters/linux/clock'
import { runs } from '../../../support/runs'

describe('parseUptimeCs', () => {
  it.each([
    ['0.00 0.00\n', 0],
    ['0.08 0.09\n', 8],
    ['1740.38 3065.44\n', 174_038],
    ['90071992547409.91 1.00\n', 9_007_199_254_740_991],
  ])('reads %j', (text, centiseconds) => {
    expect(parseUptimeCs(text)).toBe(centiseconds)
  })

  it.each(['', '12\n', '12.3 4.5\n', '-1.00 2.00\n', 'x12.34 1.00'])('refuses %j', (text) => {
    expect(() => parseUptimeCs(text)).toThrow('no uptime')
  })

  it('gives every centisecond back that the kernel prints', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (centiseconds) => {
        const hundredths = String(centiseconds % 100).padStart(2, '0')
        const seconds = (BigInt(centiseconds) / 100n).toString()
        return parseUptimeCs(`${seconds}.${hundredths} 0.00\n`) === centiseconds
      }),
      runs(),
    )
  })
})

describe('parseBoottimeOffset', () => {
  it.each([
    ['', '0 0'],
    ['monotonic           0         0\nboottime            0         0\n', '0 0'],
    ['monotonic           5         0\nboottime       864000  12345678\n', '864000 12345678'],
    ['monotonic           0         0\nboottime          -10         0\n', '-10 0'],
  ])('reads %j', (text, offset) => {
    expect(parseBoottimeOffset(text)).toBe(offset)
  })
})

describe('parseUptimeMount', () => {
  const own = '22 28 0:21 / /proc rw,nosuid - proc proc rw'
  const faked = '95 22 0:52 /proc/uptime /proc/uptime rw shared:3 - fuse.lxcfs lxcfs rw,user_id=0'

  it('finds none where the kernel tells the uptime', () => {
    expect(parseUptimeMount(`${own}\n`)).toBeNull()
  })

  it('names what lies over the file (C4)', () => {
    expect(parseUptimeMount(`${own}\n${faked}\n`)).toBe('fuse.lxcfs 0:52 /proc/uptime')
  })

  it('names the topmost of several', () => {
    const above = faked.replace('0:52', '0:77')
    expect(parseUptimeMount(`${faked}\n${above}\n`)).toContain('0:77')
  })
})
