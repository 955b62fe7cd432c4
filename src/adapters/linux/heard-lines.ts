import type { Readable } from 'node:stream'

/** The lines that a helper process has said so far, and a way to wait for more. */
export type HeardLines = {
  readonly seen: () => ReadonlyArray<string>
  /** Resolves to what `find` finds in the lines, or to null at the stream's end or after `msMax`. */
  readonly wait: <A>(
    find: (lines: ReadonlyArray<string>) => A | undefined,
    msMax: number | null,
  ) => Promise<A | null>
  readonly areOpen: () => boolean
}

/** A dialer may write to its inherited socket for ever: what comes after this is not kept. */
const lengthMax = 4_096

/** Listens to a stream until its end. */
export const hearLines = (stream: Readable): HeardLines => {
  let text = ''
  let open = true
  const waiting = new Set<() => void>()
  const wake = (): void => waiting.forEach((look) => look())
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    if (text.length < lengthMax) text += chunk
    wake()
  })
  const end = (): void => {
    open = false
    wake()
  }
  stream.on('end', end).on('close', end).on('error', end)
  const seen = (): ReadonlyArray<string> => text.split('\n').slice(0, -1)
  const wait: HeardLines['wait'] = (find, msMax) =>
    new Promise((resolve) => {
      const settle = (found: Parameters<typeof resolve>[0]): void => {
        waiting.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      const look = (): void => {
        const found = find(seen())
        if (found !== undefined) settle(found)
        else if (!open) settle(null)
      }
      const timer = msMax === null ? undefined : setTimeout(() => settle(null), msMax)
      waiting.add(look)
      look()
    })
  return { seen, wait, areOpen: () => open }
}
