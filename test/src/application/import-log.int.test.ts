import { join } from 'node:path'
import type { ImportOutcome } from '../../../src/application/import-log-outcome'
import { logFile } from '../../../src/import/log-file'
import { linkId } from '../../support/link-id'
import { logText } from '../../support/log-bytes'
import { importCase, importedAt, type ImportCase } from '../../support/import-case'
import { connectionError, connector, ntText, openFailed, rasError } from '../../support/nt-log'

const fixture = (name: string) =>
  logFile(join(__dirname, '../../fixtures/logs', name), () => undefined)

const example = (name: string) =>
  logFile(join(__dirname, '../../../docs/examples', name), () => undefined)

const lighthouse = 'northwind/ou=harbour/cn=configuration/cn=connections/cn=ras to lighthouse'

const messageOf = ({ logs }: ImportOutcome): string =>
  logs
    .flatMap(({ errors }) => errors)
    .map(({ message }) => message)
    .join('\n')

const at = Date.UTC(1996, 10, 18, 13, 5, 0)

describe('the log of a storm (KB Q150927)', () => {
  it('gives the evidence of each failure, oldest first, and no wait', async () => {
    const ledger = importCase()
    const outcome = await ledger.run(fixture('nt-text-us-newest-first.txt'))
    expect(outcome).toMatchObject({
      _tag: 'imported',
      logs: [
        {
          logId: 'harbour1/application/msexchangemta',
          records: 17,
          recognised: 16,
          events: 16,
          duplicates: 0,
          skipped: 1,
          order: 'newest-first',
          clockSteps: 0,
          gaps: 0,
          errors: [],
        },
      ],
    })
    const evidence = await ledger.evidence()
    const onLink = evidence.filter(({ stream }) => stream === `link-/o=${lighthouse}`)
    expect(onLink.slice(0, 4).map(({ type, data }) => [type, data])).toEqual([
      ['RasErrorOccurred', { origin: 'mta:9311', code: 629 }],
      [
        'AssociationEnded',
        {
          origin: 'mta:1294',
          code: null,
          abnormal: true,
          reason: 'log',
          upCs: null,
          resets: false,
          short: false,
          window: 'failure',
        },
      ],
      ['ConnectionOpenFailed', { origin: 'mta:289', code: null }],
      ['RasErrorOccurred', { origin: 'mta:9311', code: 629 }],
    ])
    const stated = onLink.map(({ metadata }) => metadata.stated)
    expect(stated).toEqual(stated.toSorted())
    expect(stated[0]).toBe('1996-11-18T13:05:00.000Z')
  })

  it('keeps evidence without a name apart, with the links it may belong to (A5)', async () => {
    const ledger = importCase()
    await ledger.run(example('q150927-storm.txt'))
    const unnamed = await ledger.ofType('ConnectionErrorOccurred')
    expect(unnamed).toHaveLength(13)
    unnamed.forEach(({ stream, data }) => {
      expect(stream).toBe('source-harbour1/application/msexchangemta')
      expect(data.candidates?.toSorted()).toEqual([
        `/o=${lighthouse}`,
        '/o=northwind/ou=harbour/cn=configuration/cn=connections/cn=x400 to depot',
      ])
    })
  })

  it('keeps a retry timer without a name with its candidates, too (A5)', async () => {
    const description =
      'An open retry delay timer has been started for the association to %1 on control block ' +
      '12. The MTA will attempt to reopen the association in 120 seconds.'
    const ledger = importCase()
    await ledger.run(
      logText(
        ntText([
          openFailed(at, 'NORTH'),
          openFailed(at + 86_400_000, 'SOUTH'),
          { at: at + 86_401_000, eventId: 301, description },
        ]),
      ),
    )
    const links = ['NORTH', 'SOUTH'].map((name) => linkId(connector(name)))
    expect(await ledger.ofType('RetryDelayStarted')).toMatchObject([
      {
        stream: 'source-harbour1/application/msexchangemta',
        data: { seconds: 120, candidates: links },
      },
    ])
  })

  it('says of every event which record it was read from', async () => {
    const ledger = importCase()
    await ledger.run(fixture('nt-text-us-newest-first.txt'), {}, 'storm.txt')
    const [last] = (await ledger.ofType('ConnectionOpenFailed')).toReversed()
    expect(last?.metadata).toMatchObject({
      stated: '1996-11-18T13:08:01.000Z',
      source: {
        kind: 'import',
        logId: 'harbour1/application/msexchangemta',
        record: 1,
        offset: 0,
        computer: 'HARBOUR1',
      },
    })
  })

  it('says what was read of the log', async () => {
    const ledger = importCase()
    const { logs } = await ledger.run(fixture('nt-text-us-newest-first.txt'), {}, 'storm.txt')
    const read = await ledger.ofType('SourceRead')
    expect(read.map(({ data }) => data)).toEqual([
      {
        fileHash: logs[0]?.sha256,
        file: 'storm.txt',
        format: 'nt-text utf-8',
        from: '1996-11-18T12:05:00.000Z',
        to: '1996-11-18T13:08:01.000Z',
        records: 17,
        recordNumbers: [],
        gaps: [],
        resolutionSec: 1,
        zone: '+00:00',
        dateOrder: 'mdy',
        link: null,
        order: 'newest-first',
      },
    ])
  })
})

describe('one log in many shapes (A6)', () => {
  it.each([
    ['nt-csv-german-newest-first.csv', {}],
    ['nt-csv-oldest-first.csv', {}],
    ['nt-text-utf16le.txt', {}],
    ['nt-text-utf16be-without-mark.txt', {}],
    ['vista-german.csv', { source: 'harbour1/application/msexchangemta' }],
  ])('adds nothing as %s', async (name, overrides) => {
    const ledger = importCase()
    await ledger.run(fixture('nt-text-us-newest-first.txt'))
    const before = await ledger.evidence()
    const outcome = await ledger.run(fixture(name), overrides)
    expect(outcome).toMatchObject({ _tag: 'imported', logs: [{ events: 0, duplicates: 16 }] })
    expect(await ledger.evidence()).toEqual(before)
  })

  it('names the same link whatever its code page', async () => {
    const links = async (name: string, encoding: string | null) => {
      const ledger = importCase()
      await ledger.run(fixture(name), { encoding })
      return (await ledger.evidence()).map(({ id }) => id)
    }
    const windows = await links('nt-text-windows-1252.txt', null)
    expect(await links('nt-text-cp850.txt', 'cp850')).toEqual(windows)
    expect(windows).toHaveLength(16)
  })

  it('is imported again without a trace', async () => {
    const ledger = importCase()
    await ledger.run(fixture('nt-text-us-newest-first.txt'))
    const before = await ledger.ofType('SourceRead')
    await ledger.run(fixture('nt-text-us-newest-first.txt'))
    expect(await ledger.ofType('SourceRead')).toEqual(before)
  })
})

describe('the variants of MTA texts', () => {
  it('are one link, and 289 of another program is none of ours', async () => {
    const ledger = importCase()
    const outcome = await ledger.run(fixture('nt-text-variants.txt'))
    expect(outcome.logs).toMatchObject([{ records: 8, recognised: 7, events: 7, skipped: 1 }])
    const evidence = await ledger.evidence()
    expect(new Set(evidence.map(({ stream }) => stream))).toEqual(
      new Set([`link-/o=${lighthouse}`, 'source-harbour1/application/msexchangemta']),
    )
    expect(evidence.map(({ type }) => type).toSorted()).toEqual([
      'AssociationEnded',
      'ConnectionErrorOccurred',
      'ConnectionErrorOccurred',
      'ConnectionOpenFailed',
      'DialNotStarted',
      'RasErrorOccurred',
      'RetryDelayStarted',
    ])
    expect((await ledger.ofType('RetryDelayStarted')).map(({ data }) => data)).toEqual([
      { seconds: 600 },
    ])
  })
})

describe('the clock of a log', () => {
  it('that goes back is recorded, in the order of the records', async () => {
    const ledger = importCase()
    const { logs } = await ledger.run(fixture('nt-csv-clock-step.csv'))
    expect(logs).toMatchObject([{ order: 'oldest-first', clockSteps: 1, events: 20 }])
    expect((await ledger.ofType('ClockStepObserved')).map(({ data }) => data)).toEqual([
      {
        record: 9,
        from: '2001-10-28T02:00:01.000Z',
        to: '2001-10-28T01:10:00.000Z',
        stepSec: -3001,
      },
    ])
    const opened = await ledger.ofType('ConnectionOpenFailed')
    expect(opened.map(({ metadata }) => metadata.stated?.slice(11, 16))).toEqual([
      '01:50',
      '02:00',
      '01:10',
      '01:20',
      '01:31',
    ])
  })

  it('may be in the future: it is kept as stated, and proves no age (C10)', async () => {
    const ledger = importCase()
    await ledger.run(logText(ntText([openFailed(Date.UTC(2038, 0, 20), 'A')])))
    const [event] = await ledger.evidence()
    expect(event?.metadata.stated).toBe('2038-01-20T00:00:00.000Z')
    expect(event?.metadata.appended.wall).toBe(importedAt)
    expect(event?.metadata.occurred.wall).toBe(importedAt)
  })

  it('is read by one fixed offset', async () => {
    const ledger = importCase()
    const zone = { name: '-08:00', minutes: -480 }
    await ledger.run(logText(ntText([openFailed(at, 'A')])), { zone })
    const [event] = await ledger.evidence()
    expect(event?.metadata.stated).toBe('1996-11-18T21:05:00.000Z')
  })
})

describe('a file that was imported before', () => {
  const again = async (ledger: ImportCase, overrides: object) => {
    await ledger.run(fixture('nt-text-us-newest-first.txt'), {}, 'first.txt')
    const before = await ledger.evidence()
    const outcome = await ledger.run(
      fixture('nt-text-us-newest-first.txt'),
      overrides,
      'second.txt',
    )
    expect(await ledger.evidence()).toEqual(before)
    return outcome
  }

  it.each([
    ['under another zone', { zone: { name: '+01:00', minutes: 60 } }, /--log-tz \+00:00/],
    ['on a link', { link: linkId('isp') }, /--link \(none\)/],
    ['in another code page', { encoding: 'cp850' }, /--encoding nt-text utf-8/],
    ['as another log', { source: 'elsewhere' }, /--source harbour1/],
  ])('is refused %s, and the earlier import is named', async (_, overrides, message) => {
    const outcome = await again(importCase(), overrides)
    expect(outcome._tag).toBe('refused')
    expect(messageOf(outcome)).toMatch(message)
    expect(messageOf(outcome)).toContain(`as first.txt on ${importedAt}`)
  })

  it('is refused in another date order', async () => {
    const ledger = importCase()
    const text = ntText([openFailed(Date.UTC(1997, 2, 4), 'A')])
    await ledger.run(logText(text), { dateOrder: 'mdy' })
    const outcome = await ledger.run(logText(text), { dateOrder: 'dmy' })
    expect(outcome._tag).toBe('refused')
    expect(messageOf(outcome)).toMatch(/--date-order mdy/)
  })

  it('only in part is completed the same way, and refused in any other', async () => {
    const ledger = importCase()
    let appends = 0
    const dying = {
      ...ledger.store,
      append: (...args: Parameters<typeof ledger.store.append>) => {
        appends += 1
        return appends === 1
          ? ledger.store.append(...args)
          : () =>
              Promise.resolve({ _tag: 'Left', left: { _tag: 'Unavailable', why: 'gone' } } as const)
      },
    }
    const log = example('q150927-storm.txt')
    const cut = await importCase(dying).run(log)
    expect(cut).toMatchObject({ _tag: 'ledger', error: { why: 'gone' } })
    const stored = (await ledger.evidence()).length
    expect(cut.logs.reduce((sum, { events }) => sum + events, 0)).toBe(stored)
    const zone = { name: '+01:00', minutes: 60 }
    expect(messageOf(await ledger.run(log, { zone }))).toMatch(/interrupted/)
    expect(await ledger.run(log)).toMatchObject({ logs: [{ duplicates: stored }] })
    expect(await ledger.evidence()).toHaveLength(52)
  })
})

describe('a log that cannot be imported', () => {
  it.each([
    ['nt-text-ambiguous-dates.txt', 'refused', /--date-order dmy\|mdy/],
    ['nt-text-of-other-programs.txt', 'foreign', /none of its 6 records.*"Service Control/],
  ])('%s is %s', async (name, tag, message) => {
    const ledger = importCase()
    const outcome = await ledger.run(fixture(name))
    expect(outcome._tag).toBe(tag)
    expect(messageOf(outcome)).toMatch(message)
    expect(await ledger.evidence()).toEqual([])
  })

  it('names each damaged record, and imports the others', async () => {
    const { logs } = await importCase().run(fixture('nt-text-damaged.txt'))
    expect(logs).toMatchObject([{ records: 12, recognised: 8, events: 8, skipped: 0 }])
    expect(logs[0]?.errors.map(({ record }) => record)).toEqual([1, 6, 7, 8])
  })
})

describe('the computers of a log', () => {
  const two = ntText([
    openFailed(at, 'A'),
    { ...openFailed(at, 'A'), computer: 'HARBOUR2' },
    { ...connectionError(at), computer: 'harbour1' },
    { ...openFailed(at, 'A'), source: 'Print', computer: 'HARBOUR3' },
  ])

  it('have a log each (A7)', async () => {
    const ledger = importCase()
    const { logs } = await ledger.run(logText(two))
    expect(
      logs.map(({ logId, records, events, skipped }) => [logId, records, events, skipped]),
    ).toEqual([
      ['harbour1/application/msexchangemta', 3, 2, 1],
      ['harbour2/application/msexchangemta', 1, 1, 0],
    ])
    expect(await ledger.evidence()).toHaveLength(3)
    expect(await ledger.run(logText(two))).toMatchObject({ _tag: 'imported' })
    expect(await ledger.evidence()).toHaveLength(3)
  })

  it('are one log under a name of its own, no record lost', async () => {
    const ledger = importCase()
    const { logs } = await ledger.run(logText(two), { source: ' The  Archive ' })
    expect(logs).toMatchObject([{ logId: 'the archive', records: 4, events: 3 }])
    expect(await ledger.evidence()).toHaveLength(3)
  })

  it('that the format does not name are asked for', async () => {
    const { logs, notes } = await importCase().run(fixture('vista-german.csv'))
    expect(logs).toMatchObject([{ logId: 'unknown/application/msexchangemta' }])
    expect(notes).toEqual([expect.stringMatching(/--source/)])
  })
})

describe('a link that is forced', () => {
  it('takes all evidence, named or not', async () => {
    const ledger = importCase()
    const text = ntText([rasError(at, 'A', 629), connectionError(at), openFailed(at + 1000, 'A')])
    await ledger.run(logText(text), { link: linkId('isp') })
    const evidence = await ledger.evidence()
    expect(evidence.map(({ stream }) => stream)).toEqual(['link-isp', 'link-isp', 'link-isp'])
  })

  it('says when it made one link of several', async () => {
    const text = ntText([openFailed(at, 'A'), openFailed(at, 'B')])
    const { notes } = await importCase().run(logText(text), { link: linkId('isp') })
    expect(notes).toEqual([expect.stringMatching(/names 2 links/)])
  })
})

describe('a dry run', () => {
  it('counts what it would import, and writes nothing', async () => {
    const ledger = importCase()
    const log = fixture('nt-text-us-newest-first.txt')
    expect(await ledger.run(log, { isDryRun: true })).toMatchObject({ logs: [{ events: 16 }] })
    expect(await ledger.evidence()).toEqual([])
    expect(await ledger.ofType('SourceRead')).toEqual([])
  })
})

describe('a name in a record', () => {
  it('that cannot name a link makes the record a bad one', async () => {
    const long = connector('X'.repeat(2000))
    const bad = { at, eventId: 289, description: `A connection to ${long} could not be opened.` }
    const { logs } = await importCase().run(logText(ntText([bad, openFailed(at, 'A')])))
    expect(logs).toMatchObject([{ records: 2, recognised: 1, events: 1, skipped: 0 }])
    expect(logs[0]?.errors).toMatchObject([{ record: 1, offset: 0 }])
  })
})
