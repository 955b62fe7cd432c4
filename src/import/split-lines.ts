import { recordBytesMax } from './log-record'
import type { EncodingName } from './text-encoding'

/**
 * One line without its end, good until more is pushed; `bytes` null: it is longer than a record may be.
 */
export type RawLine = { readonly offset: number; readonly bytes: Uint8Array | null }

/** Cuts chunks into lines; holds at most one line of at most {@link recordBytesMax} bytes. */
export type LineSplitter = {
  readonly push: (chunk: Uint8Array) => ReadonlyArray<RawLine>
  readonly end: () => ReadonlyArray<RawLine>
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** How one encoding writes the end of a line. */
type LineEnd = {
  readonly unit: 1 | 2
  /** Index of the first byte of the next line feed at or after `from`; -1: none. */
  readonly find: (bytes: Buffer, from: number) => number
}

const findWide =
  (low: 0 | 1) =>
  (bytes: Buffer, from: number): number => {
    let at = bytes.indexOf(lineFeed, from)
    while (at >= 0) {
      const start = at - low
      if (start >= from && start % 2 === 0 && bytes[start + 1 - low] === 0) return start
      at = bytes.indexOf(lineFeed, at + 1)
    }
    return -1
  }

const lineEndOf = (encoding: EncodingName): LineEnd => {
  if (encoding === 'utf-16le') return { unit: 2, find: findWide(0) }
  if (encoding === 'utf-16be') return { unit: 2, find: findWide(1) }
  return { unit: 1, find: (bytes, from) => bytes.indexOf(lineFeed, from) }
}

const isReturn = (bytes: Buffer, end: number, unit: 1 | 2): boolean =>
  unit === 1
    ? bytes[end - 1] === carriageReturn
    : (bytes[end - 1] ?? 0) + (bytes[end - 2] ?? 0) === carriageReturn

const withoutReturns = (bytes: Buffer, unit: 1 | 2): Buffer => {
  let end = bytes.length
  while (end >= unit && isReturn(bytes, end, unit)) end -= unit
  return bytes.subarray(0, end)
}

/** Gives a splitter for text of an encoding; line ends are LF, CR LF or CR CR LF. */
export const lineSplitter = (encoding: EncodingName): LineSplitter => {
  const { unit, find } = lineEndOf(encoding)
  let parts: Buffer[] = []
  let held = 0
  let lineStart = 0
  let odd: Buffer = Buffer.alloc(0)

  const keep = (part: Buffer): void => {
    held += part.length
    if (held <= recordBytesMax) parts.push(part)
    else parts = []
  }
  /** Keeps what is overwritten before the end of its line is seen. */
  const keepCopy = (part: Buffer): void =>
    keep(held + part.length <= recordBytesMax ? Buffer.from(part) : part)
  const cut = (): RawLine => {
    const [first] = parts
    const whole = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)
    const bytes = held > recordBytesMax ? null : withoutReturns(whole, unit)
    const line = { offset: lineStart, bytes }
    lineStart += held
    parts = []
    held = 0
    return line
  }
  const even = (chunk: Uint8Array): Buffer => {
    const bytes =
      odd.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([odd, chunk])
    const whole = bytes.length - (bytes.length % unit)
    odd = Buffer.from(bytes.subarray(whole))
    return bytes.subarray(0, whole)
  }

  return {
    push: (chunk) => {
      const bytes = even(chunk)
      const lines: RawLine[] = []
      let from = 0
      for (let at = find(bytes, 0); at >= 0; at = find(bytes, from)) {
        keep(bytes.subarray(from, at))
        lines.push(cut())
        from = at + unit
        lineStart += unit
      }
      keepCopy(bytes.subarray(from))
      return lines
    },
    end: () => {
      keep(odd)
      return held === 0 ? [] : [cut()]
    },
  }
}
