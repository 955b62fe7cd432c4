import { recordBytesMax, type RecordText } from './log-record'

/** A line of text; null: its bytes are too many, or no text. */
export type TextLine = {
  readonly offset: number
  readonly text: string | null
  readonly damage: 'too-long' | 'undecodable' | null
}

/** What a format says about the lines that make up its records. */
export type RecordShape = {
  readonly delimiter: string
  /** Whether a line is the first of a record. */
  readonly isHead: (line: string) => boolean
}

/** Puts lines together to records. */
export type RecordGrouper = {
  readonly push: (line: TextLine) => ReadonlyArray<RecordText>
  readonly end: () => ReadonlyArray<RecordText>
}

type Pending = {
  readonly lines: TextLine[]
  size: number
  quoted: boolean
  damage: RecordText['damage']
}

/**
 * Whether a quoted field is still open where the text ends. A field is quoted when it begins with a
 * quote; a quote in it that neither is doubled nor ends the field shows that it was not quoted.
 */
export const endsInQuotes = (text: string, delimiter: string, inQuotes: boolean): boolean => {
  let at = inQuotes ? 0 : firstQuoted(text, delimiter, 0)
  while (at >= 0) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return true
    const after = text.charAt(quote + 1)
    if (after !== '"' && after !== delimiter) return false
    at = after === '"' ? quote + 2 : firstQuoted(text, delimiter, quote + 1)
  }
  return false
}

/** Index behind the quote that opens the next quoted field at or after `from`; -1: there is none. */
const firstQuoted = (text: string, delimiter: string, from: number): number => {
  if (from === 0 && text.startsWith('"')) return 1
  const found = text.indexOf(`${delimiter}"`, from)
  return found < 0 ? -1 : found + delimiter.length + 1
}

const isBlank = (line: TextLine): boolean => line.text !== null && line.text.trim() === ''

/**
 * Gives a grouper. A line that is the head of no record continues the one before it, and so does any
 * line within quotes. Quotes that stay open too long were none: their lines are then read again
 * without regard to quotes, so that one stray quote costs one record.
 */
export const recordGrouper = ({ delimiter, isHead }: RecordShape): RecordGrouper => {
  let pending: Pending | null = null
  let count = 0

  const close = (record: Pending): RecordText => {
    count += 1
    const text = record.lines.map((line) => line.text ?? '').join('\n')
    return {
      record: count,
      offset: record.lines[0]?.offset ?? 0,
      text: record.damage === null ? text.trimEnd() : text.slice(0, 200),
      damage: record.damage,
    }
  }
  const flush = (): ReadonlyArray<RecordText> => {
    const closed = pending === null ? [] : [close(pending)]
    pending = null
    return closed
  }
  const start = (line: TextLine, withQuotes: boolean): void => {
    const text = line.text ?? ''
    pending = {
      lines: [line],
      size: text.length,
      quoted: withQuotes && line.text !== null && endsInQuotes(text, delimiter, false),
      damage: line.damage ?? (isHead(text) ? null : 'no-record'),
    }
  }
  const unwind = (record: Pending): ReadonlyArray<RecordText> => {
    pending = null
    return record.lines.flatMap((line) => add(line, false))
  }
  const extend = (record: Pending, line: TextLine): ReadonlyArray<RecordText> => {
    record.size += (line.text ?? '').length + 1
    const tooLong = record.size > recordBytesMax
    if (!tooLong && record.damage !== 'too-long') record.lines.push(line)
    if (tooLong && record.quoted) return [...unwind(record), ...add(line, true)]
    if (tooLong && record.damage === null) record.damage = 'too-long'
    record.quoted = record.quoted && endsInQuotes(line.text ?? '', delimiter, true)
    return []
  }
  const add = (line: TextLine, withQuotes: boolean): ReadonlyArray<RecordText> => {
    const fits = pending !== null && line.damage === null
    if (pending !== null && fits && (pending.quoted || !isHead(line.text ?? ''))) {
      return extend(pending, line)
    }
    if (pending === null && isBlank(line)) return []
    const closed = flush()
    start(line, withQuotes)
    return closed
  }

  return {
    push: (line) => add(line, true),
    end: () => {
      const open: Pending | null = pending
      return open === null ? [] : [...(open.quoted ? unwind(open) : []), ...flush()]
    },
  }
}
