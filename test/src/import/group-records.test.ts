import { recordGrouper, endsInQuotes, type TextLine } from '../../../src/import/group-records'
import { recordBytesMax } from '../../../src/import/log-record'

const shape = { delimiter: ',', isHead: (line: string) => line.startsWith('#') }

const groupLines = (lines: ReadonlyArray<TextLine>) => {
  const grouper = recordGrouper(shape)
  return [...lines.flatMap((line) => grouper.push(line)), ...grouper.end()].map(
    ({ record, text, damage }) => [record, damage ?? text] as const,
  )
}

const group = (...texts: ReadonlyArray<string>) =>
  groupLines(texts.map((text, index) => ({ offset: index, text, damage: null })))

describe('quotes', () => {
  it.each([
    ['#a,"b', true],
    ['"b', true],
    ['#a,"b""', true],
    ['#a,"b"', false],
    ['#a,"b",c', false],
    ['#a,"b","c', true],
    ['#a,b "c', false],
    ['#a,"b" c', false],
    ['', false],
  ])('of %p leave a column open: %p', (text, isOpen) => {
    expect(endsInQuotes(text, ',', false)).toBe(isOpen)
  })

  it('that were open close where the column ends', () => {
    expect(endsInQuotes('and more"', ',', true)).toBe(false)
    expect(endsInQuotes('and "" more', ',', true)).toBe(true)
  })

  it('in a very long line take no stack', () => {
    expect(endsInQuotes('"a",'.repeat(250_000), ',', false)).toBe(false)
  })
})

describe('records', () => {
  it('go on in lines that begin none', () => {
    expect(group('#1', ' more', '', 'and more', '#2')).toEqual([
      [1, '#1\n more\n\nand more'],
      [2, '#2'],
    ])
  })

  it('go on within quotes, even in a line that looks like a head', () => {
    expect(group('#1,"said:', '#2 is no head', 'end"', '#3')).toEqual([
      [1, '#1,"said:\n#2 is no head\nend"'],
      [2, '#3'],
    ])
  })

  it('are read without regard to quotes that never close', () => {
    expect(group('#1,"stray', '#2', '#3')).toEqual([
      [1, '#1,"stray'],
      [2, '#2'],
      [3, '#3'],
    ])
  })

  it('are read without regard to quotes that stay open for too long', () => {
    const long = 'x'.repeat(recordBytesMax / 2)
    const records = group('#1,"stray', '#2', long, '#3', long, '#4')
    expect(records.map(([record, text]) => [record, text.slice(0, 2)])).toEqual([
      [1, '#1'],
      [2, '#2'],
      [3, '#3'],
      [4, '#4'],
    ])
  })

  it('that are too long are damaged, and the next one is not', () => {
    const long = 'x'.repeat(recordBytesMax)
    expect(group('#1', long, long, '#2')).toEqual([
      [1, 'too-long'],
      [2, '#2'],
    ])
  })

  it('do not begin before the first head; blank lines are nothing', () => {
    expect(group('', 'tail of a cut record', 'more of it', '#1', '')).toEqual([
      [1, 'no-record'],
      [2, '#1'],
    ])
  })

  it('whose bytes are no text are damaged', () => {
    const lines: ReadonlyArray<TextLine> = [
      { offset: 0, text: '#1', damage: null },
      { offset: 3, text: null, damage: 'undecodable' },
      { offset: 9, text: '#2', damage: null },
    ]
    expect(groupLines(lines)).toEqual([
      [1, '#1'],
      [2, 'undecodable'],
      [3, '#2'],
    ])
  })
})
