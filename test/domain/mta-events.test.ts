import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  isMtaSource,
  mtaClassOf,
  mtaEventIdOf,
  mtaEventKinds,
  mtaEventOf,
  mtaOriginOf,
  parseMtaDescription,
  type MtaEventKind,
} from '../../domain/mta-events'
import { parseLinkId } from '../../domain/link-id'

const kindOf = (eventId: number): MtaEventKind => {
  const kind = mtaEventOf('MSExchangeMTA', eventId)
  if (kind === null) throw new Error(`no kind for ${String(eventId)}`)
  return kind
}

const parse = (eventId: number, text: string) => parseMtaDescription(kindOf(eventId), text)

const dn = '/O=NORTHWIND/OU=HARBOUR/CN=CONFIGURATION/CN=CONNECTIONS/CN=RAS TO LIGHTHOUSE'

describe('the source of an MTA event', () => {
  it.each(['MSExchangeMTA', 'MTA', 'MSEXchangeMTA', 'MS Exchange MTA', 'msexchangemta', ' MTA '])(
    'accepts the spelling %p',
    (source) => {
      expect(isMtaSource(source)).toBe(true)
    },
  )

  it.each(['', 'MSExchangeDS', 'MSExchangeMTAX', 'XMTA', 'SMTA', 'MSExchange', 'RemoteAccess'])(
    'rejects %p',
    (source) => {
      expect(isMtaSource(source)).toBe(false)
    },
  )

  it('decides together with the id: 289 of a directory import is not ours', () => {
    expect(mtaEventOf('MSExchangeADMIN', 289)).toBeNull()
    expect(mtaEventOf('MTA', 289)?.class).toBe('open-failed')
  })

  it('makes every other id of the MTA context', () => {
    expect(mtaEventOf('MSExchangeMTA', 9405)).toEqual({
      eventId: 9405,
      class: 'context',
      namesLink: false,
      rank: null,
    })
  })
})

describe('the order of an episode', () => {
  it('is 9309/9311, connection errors, 1294, 289, 301', () => {
    const ranked = mtaEventKinds.filter(({ rank }) => rank !== null)
    expect(ranked.map(({ rank }) => rank)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 2, 3, 4])
    expect(ranked.map(({ eventId }) => eventId)).toEqual([
      9309, 9311, 1028, 4284, 4287, 9316, 9318, 9322, 1294, 289, 301,
    ])
  })
})

describe('origins', () => {
  it('round-trip', () => {
    expect(mtaOriginOf(9311)).toBe('mta:9311')
    expect(mtaEventIdOf('mta:9311')).toBe(9311)
    expect(mtaEventIdOf('exit:pppd')).toBeNull()
    expect(mtaEventIdOf('mta:')).toBeNull()
  })
})

describe('the text of an MTA event', () => {
  it('gives link and code of a RAS communications error', () => {
    const text = `A RAS communications error has occurred for gateway ${dn}. RAS error code returned: 629, RAS Table index: 0. The MTA will attempt to recover the RAS connection. [BASE IL PIPE RAS 36 230] (12)`
    expect(parse(9311, text)).toEqual({ entity: dn, code: 629, seconds: null })
  })

  it('gives link and code of a RAS dial error', () => {
    const text = `A RAS Dial error has occurred for gateway ${dn}. RAS error code returned: 676, RAS Table index: 3.`
    expect(parse(9309, text)).toEqual({ entity: dn, code: 676, seconds: null })
  })

  it('gives the link without the trailing brackets', () => {
    expect(parse(289, `A connection to ${dn} could not be opened.`).entity).toBe(dn)
    expect(
      parse(289, `A connection to ${dn} could not be opened. [MTA XFER-IN 19 26] (12)`).entity,
    ).toBe(dn)
    expect(
      parse(1294, `An association with entity ${dn} ended abnormally. [1 1 0 0 PLATFORM] (10)`),
    ).toEqual({ entity: dn, code: null, seconds: null })
  })

  it('gives the seconds of a retry timer', () => {
    const text = `An open retry delay timer started on the association to ${dn} on control block 7. Another attempt to reopen the association will be made in 600 seconds.`
    expect(parse(301, text)).toEqual({ entity: dn, code: null, seconds: 600 })
  })

  it.each([
    ['An error has occurred during connection/disconnection. Error code=8511 [POP4] (14)', 8511],
    ['An error occurred during connection/disconnection. Error code: 8511.', 8511],
    ['A error occurred during connection/disconnection. Error code 8511', 8511],
  ])('gives the code of %p', (text, code) => {
    expect(parse(4284, text)).toEqual({ entity: null, code, seconds: null })
  })

  it.each([
    [9316, 'Locality table (LTAB) index: 7. Windows NT error: 9301.The MTA will recover', 9301],
    [9318, 'The locality table (LTAB) index is 76. Windows NT error code: 1722. [BASE]', 1722],
    [9322, 'Locality Table (LTAB) index: %1, NT/MTA error code:5. Comms error %3', 5],
  ])('gives the NT error of a %i', (eventId, text, code) => {
    expect(parse(eventId, text).code).toBe(code)
  })

  it.each([
    [289, 'A connection to %1 could not be opened.'],
    [289, 'A connection to 1% could not be opened.'],
    [289, 'A connection to  could not be opened.'],
    [289, 'A connection to... RAS could not be opened.'],
    [1294, 'An association with entity... RAS connection ended abnormally.'],
    [9311, 'A RAS communications error has occurred for gateway %1. RAS error code returned: %2'],
    [301, 'timer started on the association to %1 on control block %2, made in %3 seconds.'],
    [57, 'allowed to and from entity (X.500 name of a server) has been reached. The limit is 9.'],
    [9322, 'Locality Table (LTAB) index: %1, NT/MTA error code: %2. Comms error %3'],
    [1028, ''],
  ])('gives nothing for the missing parameters of a %i: %p', (eventId, text) => {
    expect(parse(eventId, text)).toEqual({ entity: null, code: null, seconds: null })
  })

  it('names one link whatever the wraps, blanks and case', () => {
    const wrapped =
      'A connection to\r\n  /o=Northwind /ou=Harbour/cn=Configuration\n  /cn=Connections/cn=RAS to\n Lighthouse could\n  not be opened. [MTA XFER-IN\n 17 26] (12)'
    const link = parseLinkId(parse(289, wrapped).entity ?? '')
    expect(link).toEqual(parseLinkId(dn))
    expect(link._tag).toBe('Right')
  })

  it('makes a dial that never started of RAS error 633 alone (R8)', () => {
    const classOf = (code: number) => mtaClassOf(kindOf(9309), { code })
    expect([633, 632, 676].map(classOf)).toEqual(['not-started', 'ras-error', 'ras-error'])
  })
})

const samples = join(__dirname, '../../../shared/samples/mta-events.jsonl')

type Sample = { readonly eventId: number; readonly text: string; readonly raw: string }

const fixed: Readonly<Record<number, RegExp>> = {
  9309: /^\/o=.+\/cn=.+$/i,
  9311: /^\/o=.+\/cn=.+$/i,
  1294: /^\/o=.+\/cn=.+$/i,
  289: /^\/o=.+\/cn=.+$/i,
  301: /^\/o=.+\/cn=.+$/i,
}

if (existsSync(samples)) {
  describe('the collected MTA texts', () => {
    const lines: ReadonlyArray<Sample> = readFileSync(samples, 'utf8')
      .trim()
      .split('\n')
      .map((line): Sample => JSON.parse(line))

    it('name their link wherever they print one', () => {
      const named = lines.filter(({ eventId, text }) => eventId in fixed && text.includes('/'))
      expect(named.length).toBeGreaterThan(9)
      named.forEach(({ eventId, text, raw }) => {
        expect(parse(eventId, text).entity).toMatch(fixed[eventId] ?? /$^/)
        expect(parse(eventId, raw).entity).toBe(parse(eventId, text).entity)
      })
    })

    it('name no link where they print none', () => {
      const unnamed = lines.filter(({ text }) => !text.includes('/'))
      unnamed.forEach(({ eventId, text }) => {
        expect(parse(eventId, text).entity).toBeNull()
      })
    })

    it('state the code that they print', () => {
      const printed = /(?:returned: |Error code[=:] ?|error code:? |NT error: |code:)(\d+)/
      const coded = lines.filter(
        ({ eventId, text }) =>
          (mtaEventOf('MTA', eventId)?.class ?? '').includes('error') && printed.test(text),
      )
      expect(coded.length).toBeGreaterThan(20)
      coded.forEach(({ eventId, text }) => {
        expect(parse(eventId, text).code).toBe(Number(printed.exec(text)?.[1]))
      })
    })
  })
} else {
  process.stdout.write('skipped: the collected MTA texts (no ../shared here)\n')
}
