import { dialerKinds, stopSignalOf } from '../../../src/application/dialer-kinds'

describe('the signal that ends a dialer', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'is the %s that its supervisor got',
    (signal) => {
      for (const kind of dialerKinds.filter((name) => name !== 'openvpn')) {
        expect(stopSignalOf(kind, signal)).toBe(signal)
      }
    },
  )

  it('is TERM for openvpn on a HUP, which would make it dial anew', () => {
    expect(stopSignalOf('openvpn', 'SIGHUP')).toBe('SIGTERM')
    expect(stopSignalOf('openvpn', 'SIGINT')).toBe('SIGINT')
  })
})
