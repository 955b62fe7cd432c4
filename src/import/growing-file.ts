import { open, type FileHandle } from 'node:fs/promises'
import type { LogBytes } from './log-record'

/** A file that somebody else appends to. It stays the same one when its name is given to another. */
export type GrowingFile = {
  readonly inode: bigint
  /** What changes whenever the file does. */
  readonly look: () => Promise<{ readonly size: number; readonly mtimeNs: bigint }>
  /** Where the last whole line ends that begins before `size`; 0: there is none. */
  readonly wholeLines: (size: number) => Promise<number>
  /** The bytes before `end`, as a log. */
  readonly bytesTo: (end: number) => LogBytes
  readonly isBinaryLog: () => Promise<boolean>
  readonly close: () => Promise<void>
}

const chunkBytes = 256 * 1024
const lineEnd = 0x0a

/** Opens a file to be read while it grows; throws what the file system throws. */
export const openGrowingFile = async (path: string): Promise<GrowingFile> => {
  const handle = await open(path, 'r')
  const stats = await handle.stat({ bigint: true })
  const look = async () => {
    const { size, mtimeNs } = await handle.stat({ bigint: true })
    return { size: Number(size), mtimeNs }
  }
  return {
    inode: stats.ino,
    look,
    wholeLines: (size) => wholeLines(handle, size),
    bytesTo: (end) => ({
      open: (range) => chunksOf(handle, range?.from ?? 0, Math.min(range?.to ?? end, end)),
      // What was cut off while it was read is no log; what was appended does not matter.
      fingerprint: async () => ((await look()).size < end ? 'cut off' : ''),
    }),
    isBinaryLog: async () => (await bytesAt(handle, 4, 8)).toString('latin1') === 'LfLe',
    close: () => handle.close(),
  }
}

const bytesAt = async (handle: FileHandle, from: number, to: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(to - from)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
  return buffer.subarray(0, bytesRead)
}

async function* chunksOf(handle: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const chunk = await bytesAt(handle, at, Math.min(to, at + chunkBytes))
    if (chunk.length === 0) return
    at += chunk.length
    yield chunk
  }
}

/** In UTF-16 a line end has two bytes, of which the other one is 0. */
const wholeLines = async (handle: FileHandle, size: number): Promise<number> => {
  const [first = 0, second = 0] = await bytesAt(handle, 0, Math.min(2, size))
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
  for (let end = size; end > 0; end = Math.max(0, end - chunkBytes)) {
    const from = Math.max(0, end - chunkBytes)
    const chunk = await bytesAt(handle, from, end)
    for (let at = chunk.length - 1; at >= 0; at -= 1) {
      const place = from + at
      if (chunk[at] !== lineEnd) continue
      if (!isLittle && !isBig) return place + 1
      if (isBig && place % 2 === 1) return place + 1
      if (isLittle && place % 2 === 0 && place + 2 <= size) return place + 2
    }
  }
  return 0
}
