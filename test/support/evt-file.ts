/** One record of a binary log that a test makes up; `at` is in milliseconds since 1970, UTC. */
export type MadeEvtRecord = {
  readonly at: number
  readonly eventId: number
  readonly strings: ReadonlyArray<string>
  readonly source?: string
  readonly computer?: string
  readonly number?: number
  readonly data?: Uint8Array
  readonly sid?: Uint8Array
}

/** Bytes of the header; the first record follows it. */
export const evtHeaderBytes = 0x30
const fixedBytes = 56
const endBytes = 40

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf16le')
const padTo = (length: number): number => (4 - (length % 4)) % 4

/** The bytes of one record, numbered. */
export const evtRecord = (made: MadeEvtRecord, number: number): Buffer => {
  const { source = 'MSExchangeMTA', computer = 'HARBOUR1', strings, eventId } = made
  const { sid = Buffer.alloc(0), data = Buffer.alloc(0) } = made
  const names = Buffer.concat([text(source), text(computer)])
  const sidOffset = fixedBytes + names.length + padTo(names.length)
  const texts = Buffer.concat(strings.map(text))
  const stringOffset = sidOffset + sid.length
  const dataOffset = stringOffset + texts.length
  const unpadded = dataOffset + data.length
  const bytes = Buffer.alloc(unpadded + padTo(unpadded) + 4)
  const seconds = Math.floor(made.at / 1000)
  const words = [bytes.length, 0x654c_664c, number, seconds, seconds, (0x8000_0000 + eventId) >>> 0]
  words.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index))
  bytes.writeUInt16LE(2, 24)
  bytes.writeUInt16LE(strings.length, 26)
  bytes.writeUInt16LE(3, 28)
  const places = [0xdead_beef, stringOffset, sid.length, sidOffset, data.length, dataOffset]
  places.forEach((word, index) => bytes.writeUInt32LE(word, 32 + 4 * index))
  names.copy(bytes, fixedBytes)
  bytes.set(sid, sidOffset)
  texts.copy(bytes, stringOffset)
  bytes.set(data, dataOffset)
  bytes.writeUInt32LE(bytes.length, bytes.length - 4)
  return bytes
}

/** What header and end of a log say. */
export type EvtState = {
  readonly begin: number
  readonly end: number
  readonly next: number
  readonly oldest: number
}

const wordsOf = (words: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(4 * words.length)
  words.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index))
  return bytes
}

/** The header of a log. Flags: 1 dirty, 2 wrapped. */
export const evtHeader = ({ begin, end, next, oldest }: EvtState, flags = 0): Buffer =>
  wordsOf([0x30, 0x654c_664c, 1, 1, begin, end, next, oldest, 0x8_0000, flags, 604_800, 0x30])

/** The record at the end of a log. */
export const evtEnd = ({ begin, end, next, oldest }: EvtState): Buffer =>
  wordsOf([
    0x28,
    0x1111_1111,
    0x2222_2222,
    0x3333_3333,
    0x4444_4444,
    begin,
    end,
    next,
    oldest,
    0x28,
  ])

const numbered = (records: ReadonlyArray<MadeEvtRecord>): ReadonlyArray<Buffer> => {
  let last = 0
  return records.map((record) => {
    last = record.number ?? last + 1
    return evtRecord(record, last)
  })
}

const numberOf = (record: Buffer | undefined): number => record?.readUInt32LE(8) ?? 0

/** A log as Event Viewer saves it: header, records, end. */
export const cleanEvt = (records: ReadonlyArray<MadeEvtRecord>): Buffer => {
  const made = numbered(records)
  const body = Buffer.concat(made)
  const end = evtHeaderBytes + body.length
  const oldest = numberOf(made[0])
  const state = { begin: evtHeaderBytes, end, next: numberOf(made.at(-1)) + 1, oldest }
  return Buffer.concat([evtHeader(state), body, evtEnd(state)])
}

/** A log that was copied while it was in use: the header is of when it had one record. */
export const dirtyEvt = (records: ReadonlyArray<MadeEvtRecord>, fileBytes = 65_536): Buffer => {
  const clean = cleanEvt(records)
  const first = numbered(records)[0]
  const end = evtHeaderBytes + (first?.length ?? 0)
  const stale = { begin: evtHeaderBytes, end, next: numberOf(first) + 1, oldest: numberOf(first) }
  const file = Buffer.alloc(Math.max(fileBytes, clean.length))
  clean.copy(file)
  evtHeader(stale, 1).copy(file)
  return file
}

type Ring = {
  readonly file: Buffer
  at: number
  live: { at: number; bytes: number; number: number }[]
}

const writeAround = (file: Buffer, at: number, bytes: Buffer): number => {
  const fits = Math.min(bytes.length, file.length - at)
  bytes.copy(file, at, 0, fits)
  bytes.copy(file, evtHeaderBytes, fits)
  return fits === bytes.length ? at + fits : evtHeaderBytes + bytes.length - fits
}

/** Bytes from one place to another, going on at the first record after the last byte. */
const distance = (file: Buffer, from: number, to: number): number =>
  to >= from ? to - from : to - from + file.length - evtHeaderBytes

const append = (ring: Ring, record: Buffer): void => {
  const { file } = ring
  if (file.length - ring.at < fixedBytes) {
    for (; ring.at + 4 <= file.length; ring.at += 4) file.writeUInt32LE(0x27, ring.at)
    ring.at = evtHeaderBytes
  }
  const needed = record.length + endBytes + fixedBytes
  for (;;) {
    const oldest = ring.live[0]
    if (oldest === undefined || distance(file, ring.at, oldest.at) > needed) break
    ring.live.shift()
  }
  ring.live.push({ at: ring.at, bytes: record.length, number: numberOf(record) })
  ring.at = writeAround(file, ring.at, record)
}

/**
 * A log that was full and went on at its beginning, written as the service writes it. Its header is of
 * the empty log, unless `isClean`.
 */
export const wrappedEvt = (
  records: ReadonlyArray<MadeEvtRecord>,
  fileBytes: number,
  isClean = false,
): Buffer => {
  const ring: Ring = { file: Buffer.alloc(fileBytes), at: evtHeaderBytes, live: [] }
  for (const record of numbered(records)) append(ring, record)
  const [oldest] = ring.live
  const next = (ring.live.at(-1)?.number ?? 0) + 1
  const state = {
    begin: oldest?.at ?? evtHeaderBytes,
    end: ring.at,
    next,
    oldest: oldest?.number ?? 0,
  }
  writeAround(ring.file, ring.at, evtEnd(state))
  const stale = { begin: evtHeaderBytes, end: evtHeaderBytes, next: 1, oldest: 0 }
  evtHeader(isClean ? state : stale, isClean ? 2 : 3).copy(ring.file)
  return ring.file
}
