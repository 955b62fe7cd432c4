import * as E from 'fp-ts/Either'

/** One record of a binary event log, every field; bytes are views that its reader may overwrite. */
export type EvtRecord = {
  readonly recordNumber: number
  /** Byte offset of the record in its file. */
  readonly offset: number
  /** Seconds since 1970, UTC. */
  readonly timeGenerated: number
  readonly timeWritten: number
  /** All 32 bits; those below 16 are the event number that people see. */
  readonly eventIdRaw: number
  readonly eventType: number
  readonly category: number
  readonly source: string
  readonly computer: string
  readonly sid: Uint8Array
  readonly strings: ReadonlyArray<string>
  readonly data: Uint8Array
  /** Whether it lies outside of what the log still counts as its own. */
  readonly isRecovered: boolean
}

/**
 * The fixed part of a record, and offsets in it: EVENTLOGRECORD (MSDN aa363646, read 2026-11-20).
 * ReservedFlags and ClosingRecordNumber hold garbage in real logs and are not read.
 */
export const evtRecordBytesMin = 56
const at = {
  recordNumber: 8,
  timeGenerated: 12,
  timeWritten: 16,
  eventId: 20,
  eventType: 24,
  stringCount: 26,
  category: 28,
  stringOffset: 36,
  sidLength: 40,
  sidOffset: 44,
  dataLength: 48,
  dataOffset: 52,
} as const

/** The length of a record stands at its end once more. */
const trailerBytes = 4

/** UTF-16 units that the name of a source or computer may have: Windows allows 256. */
const nameUnitsMax = 256

/** `LfLe`, which follows the length at the start of every record and of the header. */
export const evtSignature = Buffer.from('LfLe', 'latin1')

type Name = { readonly text: string; readonly end: number }

/** The text up to the zero that ends it; null: there is none within reach. */
const nameAt = (bytes: Buffer, start: number): Name | null => {
  const last = Math.min(start + 2 * nameUnitsMax, bytes.length - trailerBytes - 2)
  for (let end = start; end <= last; end += 2) {
    if (bytes[end] === 0 && bytes[end + 1] === 0) {
      return { text: bytes.toString('utf16le', start, end), end: end + 2 }
    }
  }
  return null
}

/** A part of a record; one without length may have any offset. Null: it lies outside. */
const partOf = (bytes: Buffer, offset: number, length: number): Buffer | null => {
  if (length === 0) return bytes.subarray(0, 0)
  const isInside = offset >= evtRecordBytesMin && offset + length <= bytes.length - trailerBytes
  return isInside ? bytes.subarray(offset, offset + length) : null
}

/** As many texts as the record says it has: what follows them may look like more. */
const stringsOf = (bytes: Buffer, end: number): ReadonlyArray<string> | null => {
  const count = bytes.readUInt16LE(at.stringCount)
  if (count === 0) return []
  const start = bytes.readUInt32LE(at.stringOffset)
  if (start < evtRecordBytesMin || start >= end) return null
  const texts = bytes.toString('utf16le', start, end).split('\0', count + 1)
  return texts.length > count ? texts.slice(0, count) : null
}

/** Where the strings of a record end at the latest. */
const stringsEndOf = (bytes: Buffer, data: Buffer): number => {
  const dataOffset = bytes.readUInt32LE(at.dataOffset)
  const isBefore = data.length > 0 && dataOffset > bytes.readUInt32LE(at.stringOffset)
  return isBefore ? dataOffset : bytes.length - trailerBytes
}

/** Where a record lies, and whether the log still counts it as its own. */
export type EvtPlace = Pick<EvtRecord, 'offset' | 'isRecovered'>

/** Gives the fields of a whole record, from its length to its trailer; Left: what lies in it. */
export const parseEvtRecord = (bytes: Buffer, place: EvtPlace): E.Either<string, EvtRecord> => {
  const source = nameAt(bytes, evtRecordBytesMin)
  const computer = source === null ? null : nameAt(bytes, source.end)
  if (source === null || computer === null) return E.left('its source or computer has no end')
  const sid = partOf(bytes, bytes.readUInt32LE(at.sidOffset), bytes.readUInt32LE(at.sidLength))
  if (sid === null) return E.left('its user lies outside of it')
  const data = partOf(bytes, bytes.readUInt32LE(at.dataOffset), bytes.readUInt32LE(at.dataLength))
  if (data === null) return E.left('its data lies outside of it')
  const strings = stringsOf(bytes, stringsEndOf(bytes, data))
  if (strings === null) return E.left('it holds fewer texts than it says')
  return E.right({
    recordNumber: bytes.readUInt32LE(at.recordNumber),
    offset: place.offset,
    timeGenerated: bytes.readUInt32LE(at.timeGenerated),
    timeWritten: bytes.readUInt32LE(at.timeWritten),
    eventIdRaw: bytes.readUInt32LE(at.eventId),
    eventType: bytes.readUInt16LE(at.eventType),
    category: bytes.readUInt16LE(at.category),
    source: source.text,
    computer: computer.text,
    sid,
    strings,
    data,
    isRecovered: place.isRecovered,
  })
}

/** The number that a record gives itself, of any {@link evtRecordBytesMin} bytes that begin with one. */
export const evtRecordNumberOf = (bytes: Buffer, start: number): number =>
  bytes.readUInt32LE(start + at.recordNumber)
