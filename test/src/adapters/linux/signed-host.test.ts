import { hasSameMark, signedHost } from '../../../../src/adapters/linux/signed-host'

describe('hasSameMark', () => {
  it.each([
    ['gateway#0123456789ab', 'gateway#0123456789ab', true],
    ['gateway#0123456789ab', 'renamed#0123456789ab', true],
    ['gateway#0123456789ab', 'gateway#ba9876543210', false],
    ['gateway', 'gateway#0123456789ab', false],
    ['gateway', 'gateway', false],
  ])('%s, asked by %s: %s', (signed, here, is) => {
    expect(hasSameMark(signed, here)).toBe(is)
  })

  it('knows what was signed, whatever the name is', () => {
    expect(hasSameMark(signedHost('a#b', '0123456789ab'), 'c#0123456789ab')).toBe(true)
  })
})
