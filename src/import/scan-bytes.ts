import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
import { byteWindow } from './byte-window'
import type { LogBytes, LogFormat } from './log-record'
import type { LogProblem } from './log-problem'
import { byteKindOf, fallbackEncoding, headBytes, type EncodingName } from './text-encoding'

/** What a first pass over the bytes of a file shows. */
export type ByteScan = {
  readonly sha256: string
  readonly size: number
  readonly encoding: EncodingName
  readonly isEvt: boolean
}

/** What a person says about the bytes of a file; null: find it out. */
export type StatedBytes = {
  readonly encoding: EncodingName | null
  readonly format: LogFormat | null
}

const validity = (): {
  readonly see: (chunk: Uint8Array) => void
  readonly isValid: () => boolean
} => {
  const behind = byteWindow()
  let rest: Uint8Array = new Uint8Array()
  let valid = true
  return {
    see: (chunk) => {
      if (!valid) return
      const bytes = behind(rest, chunk)
      const whole = bytes.length - unfinished(bytes)
      valid = isUtf8(bytes.subarray(0, whole))
      rest = bytes.subarray(whole)
    },
    isValid: () => valid && rest.length === 0,
  }
}

/** How many bytes at the end begin a character of UTF-8 that goes on behind them. */
const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return back < lengthFrom(byte) ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

const lengthFrom = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2)

/** The encoding of every text in a binary log. */
const evtEncoding: EncodingName = 'utf-16le'

/** Gives hash and encoding of a file. */
export const scanBytes = async (
  bytes: LogBytes,
  stated: StatedBytes,
): Promise<E.Either<LogProblem, ByteScan>> => {
  const hash = createHash('sha256')
  const utf8 = validity()
  let size = 0
  let head = Buffer.alloc(0)
  for await (const chunk of bytes.open()) {
    hash.update(chunk)
    utf8.see(chunk)
    size += chunk.length
    if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes)])
  }
  if (size === 0) return E.left({ _tag: 'Empty' })
  const known = { sha256: hash.digest('hex'), size, isEvt: false }
  const kind = byteKindOf(head.subarray(0, headBytes))
  if (stated.format === 'evt' || (kind._tag === 'Evt' && stated.format === null)) {
    return E.right({ ...known, encoding: evtEncoding, isEvt: true })
  }
  if (kind._tag === 'Evt') return E.left({ _tag: 'NotText', what: 'a binary log (--format evt)' })
  if (stated.encoding !== null) return E.right({ ...known, encoding: stated.encoding })
  if (kind._tag === 'Binary') return E.left({ _tag: 'NotText', what: kind.what })
  if (kind._tag === 'Encoded') return E.right({ ...known, encoding: kind.encoding })
  return E.right({ ...known, encoding: utf8.isValid() ? 'utf-8' : fallbackEncoding })
}
