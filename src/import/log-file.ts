import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { LogBytes } from './log-record'

const chunkBytes = 256 * 1024

/** Gives the bytes of a file; `onRead` is told of every chunk's length. */
export const logFile = (path: string, onRead: (bytes: number) => void): LogBytes => ({
  async *open(range) {
    if (range !== undefined && range.from >= range.to) return
    const part = range === undefined ? {} : { start: range.from, end: range.to - 1 }
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, ...part })) {
      if (!(chunk instanceof Uint8Array)) continue
      onRead(chunk.length)
      yield chunk
    }
  },
  fingerprint: async () => {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true })
    return `${size} ${mtimeNs} ${ino}`
  },
})
