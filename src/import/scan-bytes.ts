import { createHash } from 'node:crypto'
import * as E from 'fp-ts/Either'
import type { LogBytes } from './log-record'
import type { LogProblem } from './log-problem'
import { byteKindOf, fallbackEncoding, headBytes, type EncodingName } from './text-encoding'

/** What a first pass over the bytes of a file shows. */
export type ByteScan = {
  readonly sha256: string
  readonly size: number
  readonly encoding: EncodingName
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

/** Gives hash and encoding of a file; `stated` is the encoding that a person named, if any. */
export const scanBytes = async (
  bytes: LogBytes,
  stated: EncodingName | null,
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
  const sha256 = hash.digest('hex')
  const kind = byteKindOf(head.subarray(0, headBytes))
  if (stated !== null) return E.right({ sha256, size, encoding: stated })
  if (kind._tag === 'Binary') return E.left({ _tag: 'NotText', what: kind.what })
  if (kind._tag === 'Encoded') return E.right({ sha256, size, encoding: kind.encoding })
  return E.right({ sha256, size, encoding: utf8.isValid() ? 'utf-8' : fallbackEncoding })
}
