import { byteWindow } from './byte-window'
import { evtSignature } from './evt-record'
import type { LogBytes } from './log-record'

/** Bytes of a file from an offset up to another, exclusive. */
export type ByteRange = { readonly from: number; readonly to: number }

/** Where the records of a binary log lie in its file. */
export type EvtBounds = {
  /** What the log counts as its own, oldest first: two ranges where it goes on at its beginning. */
  readonly live: ReadonlyArray<ByteRange>
  /** What may hold records that it counts no more. */
  readonly slack: ReadonlyArray<ByteRange>
  /** Numbers of the oldest record and of the one after the newest; null: nothing in the file says. */
  readonly numbers: { readonly oldest: number; readonly next: number } | null
}

/** Bytes of the header, and so the offset of the first record (MSDN bb309024, read 2026-11-20). */
export const evtHeaderBytes = 0x30
const headerAt = { start: 16, end: 20 } as const

/** The record at the end of the log, which alone is up to date in a file that was in use. */
const endBytes = 40
const endAt = { begin: 20, next: 28, oldest: 32, trailer: 36 } as const
const endSignature = Buffer.from('2800000011111111222222223333333344444444', 'hex')

/** Places that look like the end of a log and are examined. */
const endsMax = 256

type LogEnd = {
  readonly offset: number
  readonly begin: number
  readonly next: number
  readonly oldest: number
}

/** A file and its length. */
export type SizedBytes = { readonly bytes: LogBytes; readonly size: number }

const readRange = async ({ bytes }: SizedBytes, range: ByteRange): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes.open(range)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

/** Bytes at an offset, going on at the first record where the file ends before they do. */
const readAround = async (file: SizedBytes, from: number, count: number): Promise<Buffer> => {
  const to = Math.min(from + count, file.size)
  const tail = await readRange(file, { from, to })
  const rest = count - tail.length
  if (rest <= 0) return tail
  const head = { from: evtHeaderBytes, to: Math.min(evtHeaderBytes + rest, file.size) }
  return Buffer.concat([tail, await readRange(file, head)])
}

const parseEnd = (bytes: Buffer, offset: number): LogEnd | null => {
  const isEnd =
    bytes.length >= endBytes &&
    bytes.subarray(0, endSignature.length).equals(endSignature) &&
    bytes.readUInt32LE(endAt.trailer) === endBytes
  if (!isEnd) return null
  const begin = bytes.readUInt32LE(endAt.begin)
  const next = bytes.readUInt32LE(endAt.next)
  return { offset, begin, next, oldest: bytes.readUInt32LE(endAt.oldest) }
}

const isRecordAt = async (file: SizedBytes, offset: number): Promise<boolean> => {
  const start = await readAround(file, offset, 8)
  return start.subarray(4).equals(evtSignature)
}

/** Whether the log begins where its end says; a file that was cut may end before that. */
const isTrueEnd = async (file: SizedBytes, end: LogEnd): Promise<boolean> => {
  if (end.begin < evtHeaderBytes || end.oldest > end.next) return false
  return end.begin === end.offset || end.begin >= file.size || isRecordAt(file, end.begin)
}

const endAtOffset = async (file: SizedBytes, offset: number): Promise<LogEnd | null> => {
  if (offset < evtHeaderBytes || offset >= file.size) return null
  const end = parseEnd(await readAround(file, offset, endBytes), offset)
  return end !== null && (await isTrueEnd(file, end)) ? end : null
}

/** Offsets at which the end of a log may be. */
const findEnds = async ({ bytes, size }: SizedBytes): Promise<ReadonlyArray<number>> => {
  const found: number[] = []
  const behind = byteWindow()
  let held: Buffer = Buffer.alloc(0)
  let heldAt = evtHeaderBytes
  for await (const chunk of bytes.open({ from: evtHeaderBytes, to: size })) {
    held = behind(held, chunk)
    let at = held.indexOf(endSignature)
    while (at >= 0 && found.length < endsMax) {
      found.push(heldAt + at)
      at = held.indexOf(endSignature, at + 1)
    }
    const kept = Math.min(held.length, endSignature.length - 1)
    heldAt += held.length - kept
    held = held.subarray(held.length - kept)
  }
  const last = Array.from({ length: endBytes - 1 }, (_, index) => size - 1 - index)
  return [...found, ...last]
}

const findEnd = async (file: SizedBytes, stated: number): Promise<LogEnd | null> => {
  const direct = await endAtOffset(file, stated)
  if (direct !== null) return direct
  const offsets = await findEnds(file)
  const later = offsets.filter((offset) => offset >= stated)
  for (const offset of [...later, ...offsets]) {
    const end = await endAtOffset(file, offset)
    if (end !== null) return end
  }
  return null
}

const nonEmpty = (ranges: ReadonlyArray<ByteRange>): ReadonlyArray<ByteRange> =>
  ranges.filter(({ from, to }) => from < to)

const boundsOf = (end: LogEnd, size: number): EvtBounds => {
  const { offset, begin, oldest, next } = end
  const numbers = { oldest, next }
  const past = offset + endBytes
  const split = Math.max(0, past - size)
  const head = evtHeaderBytes + split
  if (begin <= offset) {
    const slack = [
      { from: head, to: begin },
      { from: past, to: size },
    ]
    return { live: [{ from: begin, to: offset }], slack: nonEmpty(slack), numbers }
  }
  const live = [
    { from: Math.min(begin, size), to: size },
    { from: evtHeaderBytes, to: offset },
  ]
  const slack = [{ from: past, to: Math.min(begin, size) }]
  return { live, slack: nonEmpty(slack), numbers }
}

const boundsWithoutEnd = async (file: SizedBytes, start: number): Promise<EvtBounds> => {
  const { size } = file
  const isBegin = start > evtHeaderBytes && start < size && (await isRecordAt(file, start))
  const from = isBegin ? start : evtHeaderBytes
  const live = nonEmpty([
    { from, to: size },
    { from: evtHeaderBytes, to: from },
  ])
  return { live, slack: [], numbers: null }
}

/**
 * Finds out where the records of a binary log lie. The header of a log that was in use when it was
 * copied is stale, so the record at the end of the log is looked for and believed.
 */
export const findEvtBounds = async (file: SizedBytes): Promise<EvtBounds> => {
  const header = await readRange(file, { from: 0, to: Math.min(evtHeaderBytes, file.size) })
  const isWhole = header.length === evtHeaderBytes
  const start = isWhole ? header.readUInt32LE(headerAt.start) : 0
  const end = await findEnd(file, isWhole ? header.readUInt32LE(headerAt.end) : 0)
  return end === null ? boundsWithoutEnd(file, start) : boundsOf(end, file.size)
}
