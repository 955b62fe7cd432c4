import * as E from 'fp-ts/Either'
import { evtSignature } from './evt-record'
import { decode as decodeWithTable, encodingExists } from 'iconv-lite'

/** The name of a text encoding: `utf-8`, `utf-16le`, `utf-16be`, or a code page of iconv-lite. */
export type EncodingName = string

/** What the first bytes of a file tell; `text`: not UTF-16, so UTF-8 if all of it is valid. */
export type ByteKind =
  | { readonly _tag: 'Encoded'; readonly encoding: EncodingName }
  | { readonly _tag: 'Text' }
  | { readonly _tag: 'Evt' }
  | { readonly _tag: 'Binary'; readonly what: string }

/** Bytes of a file's start that {@link byteKindOf} looks at. */
export const headBytes = 4096

/** The code page that text which is not UTF-8 is taken for. */
export const fallbackEncoding: EncodingName = 'windows-1252'

const marks: ReadonlyArray<readonly [bytes: ReadonlyArray<number>, encoding: EncodingName]> = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
]

const magics: ReadonlyArray<readonly [offset: number, ascii: string, what: string]> = [
  [0, 'ElfFile', 'a binary .evtx log; save it as text or CSV in Event Viewer'],
  [0, 'SQLite format 3', 'an SQLite database'],
  [0, 'PK', 'a zip archive; unpack it first'],
  [0, '\u001f\u008b', 'compressed; unpack it first'],
]

const startsWith = (bytes: Uint8Array, prefix: ReadonlyArray<number>, offset: number): boolean =>
  prefix.every((byte, index) => bytes[offset + index] === byte)

const countZeros = (bytes: Uint8Array, parity: 0 | 1): number =>
  bytes.reduce((count, byte, index) => (byte === 0 && index % 2 === parity ? count + 1 : count), 0)

const kindByZeros = (head: Uint8Array): ByteKind => {
  const even = countZeros(head, 0)
  const odd = countZeros(head, 1)
  if (even + odd === 0) return { _tag: 'Text' }
  const many = head.length / 4
  if (odd > many && even < odd / 8) return { _tag: 'Encoded', encoding: 'utf-16le' }
  if (even > many && odd < even / 8) return { _tag: 'Encoded', encoding: 'utf-16be' }
  return { _tag: 'Binary', what: 'binary: it contains zero bytes and is not UTF-16' }
}

/** What the first bytes of a file, at most {@link headBytes}, tell about its encoding. */
export const byteKindOf = (head: Uint8Array): ByteKind => {
  const mark = marks.find(([bytes]) => startsWith(head, bytes, 0))
  if (mark !== undefined) return { _tag: 'Encoded', encoding: mark[1] }
  if (startsWith(head, Array.from(evtSignature), 4)) return { _tag: 'Evt' }
  const magic = magics.find(([offset, ascii]) =>
    startsWith(head, Array.from(Buffer.from(ascii, 'latin1')), offset),
  )
  if (magic !== undefined) return { _tag: 'Binary', what: magic[2] }
  return kindByZeros(head)
}

const ours: Readonly<Record<string, EncodingName>> = {
  utf8: 'utf-8',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  ucs2: 'utf-16le',
  unicode: 'utf-16le',
  utf16be: 'utf-16be',
}

const codePage =
  /^(?:windows|cp|ibm|iso8859|latin|koi8|shiftjis|sjis|gbk|gb2312|gb18030|big5|euc|macroman|ascii)/

/** Gives the encoding that a person names, such as `cp850`; Left: no such code page. */
export const parseEncodingName = (name: string): E.Either<string, EncodingName> => {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const own = ours[plain]
  if (own !== undefined) return E.right(own)
  return codePage.test(plain) && encodingExists(plain)
    ? E.right(name.toLowerCase())
    : E.left(`no such encoding: ${name}; try utf-8, utf-16le, windows-1252 or cp850`)
}

/** Turns the bytes of one line into text; null when they are no text of that encoding. */
export type LineDecoder = (bytes: Uint8Array) => string | null

const decodeUnicode = (encoding: EncodingName): LineDecoder => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return (bytes) => {
    try {
      return decoder.decode(bytes)
    } catch {
      return null
    }
  }
}

/** Gives the decoder of an encoding. */
export const lineDecoderOf = (encoding: EncodingName): LineDecoder =>
  encoding.startsWith('utf-')
    ? decodeUnicode(encoding)
    : (bytes) => {
        const text = decodeWithTable(Buffer.from(bytes), encoding)
        return text.includes('\ufffd') ? null : text
      }
