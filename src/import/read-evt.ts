import * as E from 'fp-ts/Either'
import { evtHeaderBytes, type ByteRange, type EvtBounds } from './evt-bounds'
import { evtRecordNumberOf, parseEvtRecord, type EvtRecord } from './evt-record'
import { evtSplitter, type EvtBytes } from './evt-splitter'
import type { LogBytes, RecordError } from './log-record'

/** A binary log of which is known where its records lie. */
export type BoundedEvt = { readonly bytes: LogBytes; readonly bounds: EvtBounds }

/** A record of a binary log, or what is wrong with one. */
export type ReadEvtRecord = E.Either<RecordError, EvtRecord>

/**
 * Recovered records whose names are held until it is known that the log does not have them itself: some
 * 30 MB of names.
 */
const heldMax = 200_000

type OnEvtRecord = (record: ReadEvtRecord) => void

const offsetsOf =
  (ranges: ReadonlyArray<ByteRange>) =>
  (at: number): number => {
    const [first] = ranges
    const from = first?.from ?? evtHeaderBytes
    const length = (first?.to ?? from) - from
    return at < length ? from + at : evtHeaderBytes + at - length
  }

const readRange = async (
  { bytes }: BoundedEvt,
  range: ByteRange,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> => {
  for await (const chunk of bytes.open(range)) onChunk(chunk)
}

/** Whether a record of a log whose end is missing does not go on from those before, and so is a leftover. */
const leftovers = (bounds: EvtBounds): ((record: number) => boolean) => {
  let last = -1
  return (record) => {
    if (bounds.numbers === null && record <= last) return true
    last = record
    return false
  }
}

/** Records of which it is remembered that they were told, to know a copy by: some 30 MB of names. */
const toldMax = 200_000

/** Tells of a record whether one of its number and time came before. */
const copies = (): ((record: EvtRecord) => boolean) => {
  const told = new Set<string>()
  return (record) => {
    const key = keyOf(record)
    if (told.has(key)) return true
    if (told.size < toldMax) told.add(key)
    return false
  }
}

const readLive = async (evt: BoundedEvt, onRecord: OnEvtRecord): Promise<void> => {
  const { live, numbers } = evt.bounds
  const [first, second] = live
  const offsetOf = offsetsOf(live)
  const isLeftover = leftovers(evt.bounds)
  const wrong = (record: number | null, at: number, message: string): void =>
    onRecord(E.left({ record: record ?? 0, offset: offsetOf(at), message }))
  const take = ({ at, bytes }: EvtBytes): void => {
    const number = evtRecordNumberOf(bytes, 0)
    const place = { offset: offsetOf(at), isRecovered: isLeftover(number) }
    const record = parseEvtRecord(bytes, place)
    if (E.isLeft(record)) wrong(number, at, record.left)
    else onRecord(record)
  }
  const seam = first === undefined || second === undefined ? null : first.to - first.from
  const splitter = evtSplitter(
    { seam, firstRecord: numbers?.oldest ?? null },
    { onRecord: take, onDamage: ({ record, at, message }) => wrong(record, at, message) },
  )
  for (const range of live) await readRange(evt, range, splitter.push)
  splitter.end()
}

const readSlack = async (evt: BoundedEvt, onFound: (record: EvtRecord) => void): Promise<void> => {
  for (const range of evt.bounds.slack) {
    const splitter = evtSplitter(
      { seam: null, firstRecord: null },
      {
        onRecord: ({ at, bytes }) => {
          const record = parseEvtRecord(bytes, { offset: range.from + at, isRecovered: true })
          if (E.isRight(record)) onFound(record.right)
        },
        onDamage: () => undefined,
      },
    )
    await readRange(evt, range, splitter.push)
    splitter.end()
  }
}

const keyOf = ({ recordNumber, timeGenerated }: EvtRecord): string =>
  `${String(recordNumber)} ${String(timeGenerated)}`

/**
 * Calls with every record of a binary log: first those recovered from where the log counts nothing
 * as its own, then its own, oldest first, then recovered ones whose number it uses again for another
 * record. What is wrong in slack is no damage.
 */
export const readEvt = async (evt: BoundedEvt, onRecord: OnEvtRecord): Promise<void> => {
  const { numbers } = evt.bounds
  const held = new Set<string>()
  const isCopy = copies()
  const isUsed = ({ recordNumber }: EvtRecord): boolean =>
    numbers !== null && recordNumber >= numbers.oldest && recordNumber < numbers.next
  await readSlack(evt, (record) => {
    if (!isUsed(record)) {
      if (!isCopy(record)) onRecord(E.right(record))
    } else if (held.size < heldMax) held.add(keyOf(record))
    else if (!held.has(keyOf(record))) onRecord(E.left(tooMany(record)))
  })
  await readLive(evt, (record) => {
    if (held.size > 0 && E.isRight(record)) held.delete(keyOf(record.right))
    // Where the log says what is its own, no number of it comes twice.
    if (numbers === null && E.isRight(record) && isCopy(record.right)) return
    onRecord(record)
  })
  // Read once more rather than held: one record alone may have a megabyte.
  if (held.size === 0) return
  await readSlack(evt, (record) => {
    if (held.delete(keyOf(record))) onRecord(E.right(record))
  })
}

const tooMany = ({ recordNumber, offset }: EvtRecord): RecordError => ({
  record: recordNumber,
  offset,
  message:
    'it was recovered, and the log uses its number: of such records only the first ' +
    `${String(heldMax)} are compared with what the log has, and this one is left out`,
})
