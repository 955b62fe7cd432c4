import { byteKindOf, lineDecoderOf, parseEncodingName } from '../../../src/import/text-encoding'

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')

describe('the first bytes of a file', () => {
  it.each([
    ['a UTF-8 mark', Buffer.from('\ufeffa'), 'utf-8'],
    ['a UTF-16LE mark', Buffer.from([0xff, 0xfe, 0x61, 0]), 'utf-16le'],
    ['a UTF-16BE mark', Buffer.from([0xfe, 0xff, 0, 0x61]), 'utf-16be'],
    ['UTF-16LE without a mark', wide('11/18/96\tabc'), 'utf-16le'],
    ['UTF-16BE without a mark', wide('11/18/96\tabc').swap16(), 'utf-16be'],
  ])('show %s', (_, bytes, encoding) => {
    expect(byteKindOf(bytes)).toEqual({ _tag: 'Encoded', encoding })
  })

  it('show text of any other kind', () => {
    expect(byteKindOf(Buffer.from('11/18/96\tabc'))).toEqual({ _tag: 'Text' })
    expect(byteKindOf(Buffer.from([0x81, 0xfc, 0x0a]))).toEqual({ _tag: 'Text' })
  })

  it('show a binary .evt log', () => {
    expect(byteKindOf(Buffer.from('0\0\0\0LfLe\u0001'))).toEqual({ _tag: 'Evt' })
  })

  it.each([
    ['a binary .evtx log', Buffer.from('ElfFile\0'), /\.evtx/],
    ['a ledger', Buffer.from('SQLite format 3\0'), /SQLite/],
    ['an archive', Buffer.from('PK\u0003\u0004'), /zip/],
    ['a compressed file', Buffer.from([0x1f, 0x8b, 8]), /compressed/],
    ['anything else with zero bytes', Buffer.from([1, 0, 0, 0, 2, 3, 4, 5, 6, 7, 8]), /zero bytes/],
  ])('show %s', (_, bytes, what) => {
    expect(byteKindOf(bytes)).toEqual({ _tag: 'Binary', what: expect.stringMatching(what) })
  })
})

describe('the name of an encoding', () => {
  it.each([
    ['UTF8', 'utf-8'],
    ['utf-16', 'utf-16le'],
    ['UTF-16BE', 'utf-16be'],
    ['CP850', 'cp850'],
    ['windows-1252', 'windows-1252'],
  ])('%s is known', (name, encoding) => {
    expect(parseEncodingName(name)).toEqual({ _tag: 'Right', right: encoding })
  })

  it.each(['', 'base64', 'hex', 'utf-7', 'cp99999', 'klingon'])('%p is none', (name) => {
    expect(parseEncodingName(name)._tag).toBe('Left')
  })
})

describe('a line', () => {
  it('is decoded by its code page', () => {
    const bytes = Buffer.from([0x53, 0x81, 0x64])
    expect(lineDecoderOf('cp850')(bytes)).toBe('Süd')
    expect(lineDecoderOf('windows-1252')(Buffer.from([0x53, 0xfc, 0x64]))).toBe('Süd')
  })

  it('is no text when its bytes are of another code page', () => {
    expect(lineDecoderOf('windows-1252')(Buffer.from([0x53, 0x81, 0x64]))).toBeNull()
    expect(lineDecoderOf('utf-8')(Buffer.from([0x53, 0xfc, 0x64]))).toBeNull()
    expect(lineDecoderOf('utf-16le')(Buffer.from([0x00, 0xd8]))).toBeNull()
  })
})
