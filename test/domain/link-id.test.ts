import * as E from 'fp-ts/Either'
import { parseLinkId, streamOfLink } from '../../domain/link-id'

describe('the id of a link', () => {
  it.each([
    ['ISP', 'isp'],
    ['  isp  ', 'isp'],
    ['/O=ACME/OU=SITE/CN=RAS (MAIL1)', '/o=acme/ou=site/cn=ras (mail1)'],
    ['/o = acme / ou=site /cn= ras', '/o=acme/ou=site/cn=ras'],
    ['to\t  the   office', 'to the office'],
    ['cafe\u0301', 'caf\u00e9'],
  ])('returns of %j: %j', (text, id) => {
    expect(parseLinkId(text)).toEqual(E.right(id))
  })

  it.each([
    ['', 'LinkIdEmpty'],
    [' \t', 'LinkIdEmpty'],
    ['a'.repeat(1025), 'LinkIdTooLong'],
    ['a\u0000b', 'LinkIdUnprintable'],
    ['a\ud800', 'LinkIdUnprintable'],
  ])('rejects %j', (text, tag) => {
    expect(parseLinkId(text)).toEqual(E.left({ _tag: tag }))
  })

  it('returns itself when it is parsed again, and names its stream', () => {
    const once = parseLinkId(' /O=Acme / CN=Ras ')
    expect(E.isRight(once) && parseLinkId(once.right)).toEqual(once)
    expect(E.isRight(once) && streamOfLink(once.right)).toBe('link-/o=acme/cn=ras')
  })
})
