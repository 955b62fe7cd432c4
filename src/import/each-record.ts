import { recordGrouper, type RecordShape, type TextLine } from './group-records'
import type { LogBytes, RecordText } from './log-record'
import { lineSplitter, type RawLine } from './split-lines'
import { lineDecoderOf, type EncodingName, type LineDecoder } from './text-encoding'

const toTextLine = (line: RawLine, decode: LineDecoder): TextLine => {
  if (line.bytes === null) return { offset: line.offset, text: null, damage: 'too-long' }
  const text = decode(line.bytes)
  return { offset: line.offset, text, damage: text === null ? 'undecodable' : null }
}

/** What is called with each line of a file; `stop` ends the reading. */
export type OnLine = (line: TextLine) => 'go-on' | 'stop'

/** Calls with every line of a file, in order. */
export const eachLine = async (
  bytes: LogBytes,
  encoding: EncodingName,
  onLine: OnLine,
): Promise<void> => {
  const splitter = lineSplitter(encoding)
  const decode = lineDecoderOf(encoding)
  for await (const chunk of bytes.open()) {
    for (const line of splitter.push(chunk)) {
      if (onLine(toTextLine(line, decode)) === 'stop') return
    }
  }
  for (const line of splitter.end()) onLine(toTextLine(line, decode))
}

/** How the records of one file are found. */
export type RecordsOf = {
  readonly bytes: LogBytes
  readonly encoding: EncodingName
  readonly shape: RecordShape
  /** Lines at the start that are no records: a header. */
  readonly headerLines: number
}

/** Calls with every record of a file, in the order of the file; what is no record is one damaged. */
export const eachRecordText = async (
  { bytes, encoding, shape, headerLines }: RecordsOf,
  onRecord: (record: RecordText) => void,
): Promise<void> => {
  const grouper = recordGrouper(shape)
  let lines = 0
  await eachLine(bytes, encoding, (line) => {
    lines += 1
    if (lines > headerLines) grouper.push(line).forEach(onRecord)
    return 'go-on'
  })
  grouper.end().forEach(onRecord)
}
