import type { LogBytes } from '../../src/import/log-record'

/** Gives a log whose bytes are in memory, in the chunks given. */
export const logBytes = (...chunks: ReadonlyArray<Uint8Array>): LogBytes => ({
  async *open() {
    yield* await Promise.resolve(chunks)
  },
  fingerprint: () => Promise.resolve(''),
})

/** Gives a log of a text in UTF-8. */
export const logText = (text: string): LogBytes => logBytes(Buffer.from(text))
