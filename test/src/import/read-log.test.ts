import { recordBytesMax } from '../../../src/import/log-record'
import { logBytes, logText } from '../../support/log-bytes'
import { readCase, readRecords } from '../../support/read-case'
import { american, ntCsv, ntText, openFailed, rasError } from '../../support/nt-log'

const at = Date.UTC(1996, 10, 18, 13, 5, 0)

const line = (...columns: ReadonlyArray<string>): string => `${columns.join('\t')}\r\n`

const rest = ['MSExchangeMTA', 'Warning', 'X.400 Service', '289', 'N/A', 'HARBOUR1', 'text']

describe('a text export of NT', () => {
  it('gives every column of a record, and where the record begins', async () => {
    const text = ntText([openFailed(at, 'A'), rasError(at + 1000, 'B', 629)])
    const { records, survey } = await readRecords(logText(text))
    expect(survey).toMatchObject({ dateOrder: 'mdy', order: 'oldest-first', resolutionSec: 1 })
    expect(records).toHaveLength(2)
    expect(records[1]).toEqual({
      record: 2,
      offset: text.indexOf('\r\n') + 2,
      stated: at + 1000,
      source: 'MSExchangeMTA',
      eventId: 9311,
      type: 'Warning',
      category: 'X.400 Service',
      computer: 'HARBOUR1',
      description: rasError(at, 'B', 629).description,
    })
  })

  it('keeps tabs and quotes of a description', async () => {
    const text = line('11/18/96', '1:05:00 PM', ...rest.slice(0, 6), '"a" and\t"b" of mta')
    const { records } = await readRecords(logText(text))
    expect(records.map(({ description }) => description)).toEqual(['"a" and\t"b" of mta'])
  })

  it('shows its zone by a fixed offset alone (A9)', async () => {
    const summer = Date.UTC(1996, 9, 27, 0, 59, 0)
    const text = ntText([openFailed(summer, 'A'), openFailed(summer + 100_000, 'A')])
    const zone = { name: '+02:00', minutes: 120 }
    const { records } = await readRecords(logText(text), { zone })
    expect(records.map(({ stated }) => stated)).toEqual([
      summer - 7_200_000,
      summer + 100_000 - 7_200_000,
    ])
  })

  it.each([
    ['a day that never was', line('11/31/96', '1:05:00 PM', ...rest), /11\/31\/96 is no day/],
    ['an hour that never was', line('11/18/96', '25:00:00', ...rest), /25:00:00 is no time/],
    ['no number', line('11/18/96', '1:05:00 PM', 'MTA', 'W', 'C', 'x', 'u', 'c'), /x is no event/],
    ['too few columns', line('11/18/96', '1:05:00 PM', 'MTA', 'W'), /4 columns instead of 9/],
  ])('names the record with %s, and reads the others', async (_, bad, message) => {
    const good = line('11/18/96', '1:05:00 PM', ...rest)
    const { records, errors } = await readRecords(logText(`${good}${bad}${good}`))
    expect(records.map(({ record }) => record)).toEqual([1, 3])
    expect(errors).toEqual([
      { record: 2, offset: good.length, message: expect.stringMatching(message) },
    ])
  })

  it('with a line of 64 MB loses that record alone', async () => {
    const good = Buffer.from(line('11/18/96', '1:05:00 PM', ...rest))
    const head = Buffer.from(line('11/18/96', '1:06:00 PM', ...rest).trimEnd())
    const chunk = Buffer.alloc(recordBytesMax, 'x')
    const chunks = Array.from({ length: 64 }, () => chunk)
    const log = logBytes(good, head, ...chunks, Buffer.from('\r\n'), good)
    const { records, errors } = await readRecords(log)
    expect(records.map(({ record }) => record)).toEqual([1, 3])
    expect(errors).toEqual([
      { record: 2, offset: good.length, message: expect.stringMatching(/longer than any record/) },
    ])
  })

  it('in another code page is said to be so, record by record', async () => {
    const text = line('18.11.1996', '13:05:00', ...rest.slice(0, 6), 'nach S\u0081d')
    const bytes = logBytes(Buffer.from(text, 'latin1'))
    expect(await readCase(bytes)).toMatchObject({ _tag: 'UnknownLayout' })
    const two = logBytes(
      Buffer.from(line('18.11.1996', '13:05:00', ...rest)),
      Buffer.from(text, 'latin1'),
    )
    const { records, errors } = await readRecords(two)
    expect(records).toHaveLength(1)
    expect(errors).toMatchObject([{ record: 2, message: expect.stringMatching(/--encoding/) }])
    const told = await readRecords(two, { encoding: 'cp850' })
    expect(told.records.map(({ description }) => description)).toEqual(['text', 'nach Süd'])
  })
})

describe('a CSV export of NT', () => {
  it('gives the same records as the text of the same log', async () => {
    const made = [openFailed(at, 'A, B'), rasError(at + 1000, 'B', 629)]
    const csv = await readRecords(logText(ntCsv(made)))
    const text = await readRecords(logText(ntText(made)))
    const withoutPlace = ({ stated, eventId, description }: (typeof csv.records)[number]) => ({
      stated,
      eventId,
      description,
    })
    expect(csv.records.map(withoutPlace)).toEqual(text.records.map(withoutPlace))
    expect(csv.survey).toMatchObject({ dateOrder: 'dmy' })
  })

  it('may leave descriptions unquoted, commas and lines in them', async () => {
    const text =
      '18.11.1996,13:05:00,MTA,W,C,289,N/A,SRV,A connection, they say,\r\nto "x" could not\r\n' +
      '18.11.1996,13:06:00,MTA,W,C,289,N/A,SRV,next\r\n'
    const { records } = await readRecords(logText(text))
    expect(records.map(({ description }) => description)).toEqual([
      'A connection, they say,\nto "x" could not',
      'next',
    ])
  })

  it('cut off within quotes says so', async () => {
    const whole = ntCsv([{ ...openFailed(at, 'A'), description: 'one, "two"\nthree' }])
    const { records, errors } = await readRecords(logText(`${whole}${whole.slice(0, -5)}`))
    expect(records).toHaveLength(1)
    expect(errors).toMatchObject([{ record: 2, message: 'a quoted column is not closed' }])
  })

  it('may be separated by semicolons', async () => {
    const text = '18.11.1996;13:05:00;MTA;W;C;289;N/A;SRV;A; B\r\n'
    const { records } = await readRecords(logText(text))
    expect(records).toMatchObject([{ computer: 'SRV', description: 'A; B' }])
  })
})

describe('a CSV export since Vista', () => {
  const header = 'Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\r\n'
  const row = 'Warnung,29.04.2026 09:43:59,MSExchangeMTA,289,(3),'

  it('has five names over six columns, in any language', async () => {
    const text = `${header}${row}"Er sagte: ""nein""\nund mehr, Mta"\r\n`
    const { records, survey } = await readRecords(logText(text))
    expect(survey.layout.format).toBe('vista-csv')
    expect(records).toEqual([
      {
        record: 1,
        offset: header.length,
        stated: Date.UTC(2026, 3, 29, 9, 43, 59),
        source: 'MSExchangeMTA',
        eventId: 289,
        type: 'Warnung',
        category: '(3)',
        computer: null,
        description: 'Er sagte: "nein"\nund mehr, Mta',
      },
    ])
  })

  it('is read without its header too, and as text', async () => {
    expect((await readRecords(logText(`${row}"x"\r\n`))).records).toHaveLength(1)
    const text = `${header}${row}x\r\n`.replaceAll(',', '\t')
    const { records, survey } = await readRecords(logText(text))
    expect(survey.layout.format).toBe('vista-text')
    expect(records).toMatchObject([{ record: 1, eventId: 289, description: 'x' }])
  })
})

describe('a whole file', () => {
  it.each([
    ['that is empty', '', 'Empty'],
    ['of prose', 'Dear Sir,\nit rained.\n', 'UnknownLayout'],
    ['of blank lines', '\n\n\n', 'UnknownLayout'],
    ['of open dates', ntText([openFailed(Date.UTC(1997, 2, 4), 'A')]), 'AmbiguousDateOrder'],
    [
      'of two locales',
      ntText([openFailed(at, 'A')]) +
        ntText([openFailed(at, 'A')], { ...american, date: () => '18/11/96' }),
      'ContradictingDates',
    ],
  ])('%s cannot be read', async (_, text, tag) => {
    expect(await readCase(logText(text))).toMatchObject({ _tag: tag })
  })

  it('of open dates is read once somebody states their order', async () => {
    const text = ntText([openFailed(Date.UTC(1997, 2, 4), 'A')])
    const { records } = await readRecords(logText(text), { dateOrder: 'mdy' })
    expect(records.map(({ stated }) => stated)).toEqual([Date.UTC(1997, 2, 4)])
  })

  it('of equal times has no order', async () => {
    const { survey } = await readRecords(
      logText(ntText([openFailed(at, 'A'), openFailed(at, 'B')])),
    )
    expect(survey.order).toBe('unknown')
  })

  it('is newest first by the majority of its steps, clock steps and all', async () => {
    const times = [9, 8, 7, 3, 6, 5, 4]
    const text = ntText(times.map((minute) => openFailed(at + minute * 60_000, 'A')))
    const { survey } = await readRecords(logText(text))
    expect(survey.order).toBe('newest-first')
  })
})
