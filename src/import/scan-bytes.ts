import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
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
  readonly see: (chunk: Uint8Array | null) => void
  readonly isValid: () => boolean
} => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let valid = true
  return {
    see: (chunk) => {
      if (!valid) return
      try {
        if (chunk === null) decoder.decode()
        else decoder.decode(chunk, { stream: true })
      } catch {
        valid = false
      }
    },
    isValid: () => valid,
  }
}

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
  utf8.see(null)
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
