import type { LogBytes } from '../../src/import/log-record'

type Range = { readonly from: number; readonly to: number }

const within = (
  chunks: ReadonlyArray<Uint8Array>,
  { from, to }: Range,
): ReadonlyArray<Uint8Array> => {
  let at = 0
  return chunks.flatMap((chunk) => {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at))
    at += chunk.length
    return part.length === 0 ? [] : [part]
  })
}

/** Gives a log whose bytes are in memory, in the chunks given, each overwritten before the next. */
export const logBytes = (...chunks: ReadonlyArray<Uint8Array>): LogBytes => ({
  async *open(range) {
    for (const chunk of range === undefined ? chunks : within(chunks, range)) {
      const given = await Promise.resolve(Uint8Array.from(chunk))
      yield given
      given.fill(0xa5)
    }
  },
  fingerprint: () => Promise.resolve(''),
})

/** Gives a log of a text in UTF-8. */
export const logText = (text: string): LogBytes => logBytes(Buffer.from(text))

/** Gives bytes in chunks of a length. */
export const inChunks = (bytes: Uint8Array, length: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / Math.max(1, length)) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  )
