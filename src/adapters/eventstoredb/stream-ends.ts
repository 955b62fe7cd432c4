import type { ExpectedRevision } from '../../ports/event-store'

/** Where this process has seen streams end: what it appends before that is there already. */
export type StreamEnds = {
  readonly saw: (stream: string, end: ExpectedRevision) => void
  /** Whether a stream was seen to go on behind a revision. */
  readonly isBehind: (stream: string, expected: ExpectedRevision) => boolean
}

/** Most streams that are remembered. */
const streamsMax = 10_000

/** Remembers nothing yet; what was seen longest ago is forgotten first. */
export const streamEnds = (): StreamEnds => {
  const ends = new Map<string, bigint>()
  return {
    saw: (stream, end) => {
      const known = ends.get(stream)
      const revision = end === 'no_stream' ? -1n : end
      ends.delete(stream)
      ends.set(stream, known !== undefined && known > revision ? known : revision)
      const [oldest] = ends.size > streamsMax ? ends.keys() : []
      if (oldest !== undefined) ends.delete(oldest)
    },
    isBehind: (stream, expected) => {
      const known = ends.get(stream)
      return known !== undefined && known > (expected === 'no_stream' ? -1n : expected)
    },
  }
}
