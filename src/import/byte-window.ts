/**
 * Gives what puts a chunk behind what is left of those before it, in one buffer that grows to what is
 * held at once. What it gives is good until it is called again.
 */
export const byteWindow = (): ((rest: Uint8Array, chunk: Uint8Array) => Buffer) => {
  let buffer = Buffer.alloc(0)
  return (rest, chunk) => {
    const length = rest.length + chunk.length
    const into =
      length <= buffer.length ? buffer : Buffer.allocUnsafeSlow(Math.max(length, 2 * buffer.length))
    into.set(rest)
    into.set(chunk, rest.length)
    buffer = into
    return into.subarray(0, length)
  }
}
