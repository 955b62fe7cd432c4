import * as fc from 'fast-check'
import { mtaEventOf, parseMtaDescription, type MtaEventKind } from '../../domain/mta-events'
import { parseMtaStrings } from '../../domain/mta-strings'
import { mtaMessage, mtaMessageIds, mtaStrings } from '../support/mta-log'

const kindOf = (eventId: number): MtaEventKind => {
  const kind = mtaEventOf('MSExchangeMTA', eventId)
  if (kind === null) throw new Error('no event of the MTA')
  return kind
}

const dn = '/O=NORTHWIND/OU=HARBOUR/CN=CONFIGURATION/CN=CONNECTIONS/CN=RAS TO PIER'

describe('the strings of an event', () => {
  it('state what its text states', () => {
    const eventIds = fc.constantFrom(...mtaMessageIds)
    const names = fc.constantFrom('A', 'Ras to  Pier', 'O=B', 'x;y', '%1', '...')
    const property = fc.property(eventIds, names, fc.nat(99_999_999), (eventId, name, number) => {
      const strings = mtaStrings(eventId, name, number)
      const kind = kindOf(eventId)
      const text = parseMtaDescription(kind, mtaMessage(eventId, strings))
      expect(parseMtaStrings(kind, strings)).toEqual(text)
      expect(text.entity !== null || text.code !== null || text.seconds !== null).toBe(
        !(eventId === 289 || eventId === 57 || eventId === 1294) || !/%|\.\.\./.test(name),
      )
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it.each([
    ['first', [dn, '629', '0']],
    ['behind a number', ['7', dn, '629']],
    ['last', ['BASE IL', 'PIPE RAS', '629', dn]],
    ['with blanks around', [' 629 ', ` \r\n${dn.replaceAll('/', ' / ')} `]],
  ])('hold the name of a link %s', (_, strings) => {
    const { entity, code } = parseMtaStrings(kindOf(9311), strings)
    expect(entity?.replace(/ ?\/ ?/g, '/')).toBe(dn)
    expect(code).toBe(Number(strings.find((it) => it.includes('629'))))
  })

  it('may name a link by what is no distinguished name, as long as it stands first', () => {
    expect(parseMtaStrings(kindOf(289), ['Lighthouse', 'MTA', '19']).entity).toBe('Lighthouse')
    expect(parseMtaStrings(kindOf(289), ['C=US;A= ;P=Northwind', 'MTA']).entity).toMatch(/^C=US/)
  })

  it.each([
    [289, []],
    [289, ['']],
    [289, ['19', '26']],
    [289, ['%1', '%2']],
    [9311, ['...', '']],
    [4284, [dn]],
  ])('of a %s name no link where they hold none: %j', (eventId, strings) => {
    expect(parseMtaStrings(kindOf(eventId), strings)).toEqual({
      entity: null,
      code: null,
      seconds: null,
    })
  })

  it('state no seconds where one of two numbers is missing', () => {
    expect(parseMtaStrings(kindOf(301), [dn, '600']).seconds).toBeNull()
  })

  it('and the text take no longer than their length', () => {
    const many = 'an association with entity '.repeat(40_000)
    expect(parseMtaDescription(kindOf(1294), many).entity).toBeNull()
    expect(parseMtaStrings(kindOf(1294), [' '.repeat(1_000_000), many]).entity).toBeNull()
  })
})
