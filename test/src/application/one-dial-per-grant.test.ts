import { dialerKindOf } from '../../../src/application/dialer-kinds'
import { addedOptionsOf, manyDialsOf } from '../../../src/application/one-dial-per-grant'

const problemOf = (line: string, isOneshot = false) => {
  const [name = '', ...args] = line.split(' ')
  return manyDialsOf({ kind: dialerKindOf(name), command: [name, ...args], isOneshot })
}

describe('a dialer that is one dial (G9)', () => {
  it.each([
    'pppd call isp nodetach nopersist',
    'pppd call isp -detach nopersist',
    '/usr/sbin/pppd nopersist nodetach',
    'pppd call isp demand nopersist nodetach',
    'openvpn --config isp.conf --connect-retry-max 1',
    'chat -f isp.chat',
    './connect.sh --daemon persist',
    'ssh -N gateway',
  ])('is let through: %s', (line) => {
    expect(problemOf(line)).toBeNull()
  })

  it('may detach once it is up, as a one-shot', () => {
    expect(problemOf('pppd call isp updetach nopersist', true)).toBeNull()
  })
})

describe('a dialer that redials or detaches by itself (G8, G9)', () => {
  it.each([
    ['pppd call isp nodetach', 'nopersist'],
    ['pppd call isp nopersist', 'nodetach'],
    ['pppd call isp', 'nodetach nopersist'],
    ['pppd nodetach nopersist call isp', 'nodetach nopersist'],
    ['pppd call isp nodetach nopersist persist', 'nopersist'],
    ['pppd call isp nodetach nopersist demand', 'nopersist'],
    ['pppd call isp updetach nopersist', 'nodetach'],
    ['pppd call isp nodetach updetach nopersist', 'nodetach'],
    ['openvpn --config isp.conf', '--connect-retry-max 1'],
    ['openvpn isp.conf', '--connect-retry-max 1'],
    ['openvpn --config isp.conf --connect-retry-max 5', '--connect-retry-max 1'],
    ['openvpn --connect-retry-max 1 --config isp.conf', '--connect-retry-max 1'],
    ['openvpn --config isp.conf --connect-retry-max 1 --daemon', 'leave --daemon out'],
    ['/usr/bin/wvdial isp', 'pppd'],
    ['autossh -M 0 gateway', 'ssh'],
  ])('is refused: %s', (line, add) => {
    expect(problemOf(line)?.add).toContain(add)
  })

  it('is told the one-shot option when it is a one-shot', () => {
    expect(problemOf('pppd call isp', true)?.add).toContain('updetach nopersist')
  })
})

describe('the options that keep a command one dial', () => {
  const addedTo = (line: string) => {
    const [name = '', ...args] = line.split(' ')
    const planned = { kind: dialerKindOf(name), command: [name, ...args] as const }
    return addedOptionsOf({ ...planned, isOneshot: false }).join(' ')
  }

  it.each([
    'openvpn --config isp.conf --connect-retry-max 1',
    'openvpn --remap-usr1 SIGTERM --config isp.conf --connect-retry-max 1',
    'openvpn --config isp.conf --connect-retry-max 1 --remap-usr1 SIGHUP',
  ])('end a session of openvpn where it would dial again: %s', (line) => {
    expect(addedTo(line)).toBe('--remap-usr1 SIGTERM')
  })

  it.each([
    'openvpn --config isp.conf --connect-retry-max 1 --remap-usr1 SIGTERM',
    'pppd call isp nodetach nopersist',
    './connect.sh',
  ])('are none for: %s', (line) => {
    expect(addedTo(line)).toBe('')
  })
})
