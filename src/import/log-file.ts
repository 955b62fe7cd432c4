import { open, stat } from 'node:fs/promises'
import type { LogBytes } from './log-record'

const chunkBytes = 256 * 1024

/** Gives the bytes of a file; `onRead` is told of every chunk's length. */
export const logFile = (path: string, onRead: (bytes: number) => void): LogBytes => ({
  async *open({ from, to } = { from: 0, to: Infinity }) {
    if (from >= to) return
    const file = await open(path)
    try {
      // One buffer for all chunks: those of a stream are thrown away faster than they are collected.
      const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, to - from))
      let at = from
      while (at < to) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at)
        if (bytesRead === 0) return
        at += bytesRead
        onRead(bytesRead)
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  },
  fingerprint: async () => {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true })
    return `${size} ${mtimeNs} ${ino}`
  },
})
