import { byteWindow } from './byte-window'
import { evtRecordBytesMin, evtRecordNumberOf, evtSignature } from './evt-record'
import { recordBytesMax } from './log-record'

/** The bytes of one record, good until more are pushed, and where they begin among those that were. */
export type EvtBytes = { readonly at: number; readonly bytes: Buffer }

/** A stretch in which no record could be read; `record` is the number that should be there, if known. */
export type EvtDamage = {
  readonly at: number
  readonly record: number | null
  readonly message: string
}

/** What is called with what is found, in order. */
export type EvtFound = {
  readonly onRecord: (record: EvtBytes) => void
  readonly onDamage: (damage: EvtDamage) => void
}

/** Cuts bytes into records; holds at most one of at most {@link recordBytesMax} bytes. */
export type EvtSplitter = {
  readonly push: (chunk: Uint8Array) => void
  readonly end: () => void
}

/** What fills the space at the end of a file that is too short for a record. */
const padding = 0x27

type Step =
  | { readonly _tag: 'Record'; readonly length: number }
  | { readonly _tag: 'Skip'; readonly bytes: number }
  | { readonly _tag: 'Damage'; readonly message: string }
  | { readonly _tag: 'Wait' }

const wait: Step = { _tag: 'Wait' }
const damage = (message: string): Step => ({ _tag: 'Damage', message })

const isSignatureAt = (bytes: Buffer, index: number): boolean =>
  bytes.readUInt32LE(index) === 0x654c_664c

/** What lies at an index; `Wait`: more bytes are needed to tell. */
const stepAt = (bytes: Buffer, index: number, isEnd: boolean): Step => {
  const left = bytes.length - index
  if (left < evtRecordBytesMin) return isEnd ? damage('the log ends in the middle of it') : wait
  const length = bytes.readUInt32LE(index)
  if (!isSignatureAt(bytes, index + 4)) {
    return length === padding ? { _tag: 'Skip', bytes: 4 } : damage('no record begins here')
  }
  if (length < evtRecordBytesMin || length > recordBytesMax) {
    return damage(`it says that it has ${String(length)} bytes`)
  }
  if (left < length) return isEnd ? damage('the log ends in the middle of it') : wait
  return bytes.readUInt32LE(index + length - 4) === length
    ? { _tag: 'Record', length }
    : damage('its two lengths differ')
}

/** Index at which a record may begin, after one that turned out to be none; -1: not in sight. */
const nextCandidate = (bytes: Buffer, after: number): number => {
  const found = bytes.indexOf(evtSignature, after + 5)
  return found < 0 ? -1 : found - 4
}

/** How the records of a stretch are expected to lie. */
export type EvtStretch = {
  /** Where the end of the file lies among the bytes, if the stretch goes on at its beginning. */
  readonly seam: number | null
  /** The number of its first record, if known. */
  readonly firstRecord: number | null
}

/**
 * Gives a splitter. Where no record is, the next one is looked for byte by byte, and the whole stretch
 * up to it is one damage. Records do not begin within their own fixed length before the seam.
 */
export const evtSplitter = ({ seam, firstRecord }: EvtStretch, found: EvtFound): EvtSplitter => {
  const behind = byteWindow()
  let held: Buffer = Buffer.alloc(0)
  let heldAt = 0
  let expected = firstRecord
  let isLost = false

  const lose = (index: number, message: string): void => {
    if (isLost) return
    isLost = true
    const isNumbered = index + evtRecordBytesMin <= held.length && isSignatureAt(held, index + 4)
    const record = isNumbered ? evtRecordNumberOf(held, index) : expected
    found.onDamage({ at: heldAt + index, record, message })
  }
  const take = (index: number, length: number): void => {
    isLost = false
    expected = evtRecordNumberOf(held, index) + 1
    found.onRecord({ at: heldAt + index, bytes: held.subarray(index, index + length) })
  }
  /** Index of the next byte that is still needed. */
  const advance = (index: number, isEnd: boolean): number | null => {
    const toSeam = seam === null ? 0 : seam - heldAt - index
    if (toSeam > 0 && toSeam < evtRecordBytesMin) {
      const isInSight = index + toSeam <= held.length
      return isInSight ? index + toSeam : isEnd ? held.length : null
    }
    const step = stepAt(held, index, isEnd)
    if (step._tag === 'Wait') return null
    if (step._tag === 'Skip') return index + step.bytes
    if (step._tag === 'Record') {
      take(index, step.length)
      return index + step.length
    }
    lose(index, step.message)
    const next = nextCandidate(held, index)
    return next >= 0 ? next : Math.max(index + 1, held.length - evtSignature.length - 3)
  }
  const walk = (isEnd: boolean): void => {
    let index = 0
    while (index < held.length) {
      const next = advance(index, isEnd)
      if (next === null) break
      index = next
    }
    held = held.subarray(index)
    heldAt += index
  }

  return {
    push: (chunk) => {
      held = behind(held, chunk)
      walk(false)
    },
    end: () => walk(true),
  }
}
