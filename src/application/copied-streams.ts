import { createHash } from 'node:crypto'
import { sitePolicyStream } from '../../domain/events'
import { hashBeforeFirst, headOf, isObject } from '../adapters/codec'
import type { RecordedEvent } from '../ports/event-store'

/** What a copy knows of the streams that it has gone through, in the order of the ledger. */
export type CopiedStreams = {
  /** Takes the next event; gives false where its stream begins late or has a gap. */
  readonly take: (event: RecordedEvent) => boolean
  readonly counts: () => { readonly streams: number; readonly links: number }
  /** Hex SHA-256 over `<stream> <revision> <hash>` of every stream's head, a line each, sorted. */
  readonly digest: () => string
  /** Places whose `prev` is not the hash of the event before: damage that a copy keeps. */
  readonly damaged: ReadonlyArray<string>
  /** Streams of links with an attempt that no event has settled. */
  readonly unsettled: () => ReadonlyArray<string>
  /** Streams of links that were released since the ledger was held; null: it is not held. */
  readonly releasedSinceHold: () => ReadonlyArray<string> | null
}

type Head = { readonly revision: bigint; readonly hash: string }

const settlements: ReadonlyArray<string> = [
  'ConnectionOpenFailed',
  'AssociationEnded',
  'DialNotStarted',
  'DialAbandoned',
]

const damagedShownMax = 100

/** Nothing has been gone through yet. */
export const copiedStreams = (): CopiedStreams => {
  const heads = new Map<string, Head>()
  const attempts = new Map<string, string>()
  const damaged: string[] = []
  const hold = holdSeen()
  return {
    damaged,
    take: (event) => {
      const { stream, revision } = event
      const before = heads.get(stream)
      if (revision !== (before?.revision ?? -1n) + 1n) return false
      const metadata = parsed(event.metadata)
      if (metadata['prev'] !== (before?.hash ?? hashBeforeFirst)) {
        if (damaged.length < damagedShownMax) damaged.push(`${stream}@${revision}`)
      }
      heads.set(stream, { revision, hash: headOf(event).hash })
      const attempt = metadata['attempt']
      if (event.type === 'DialAttempted') attempts.set(stream, event.id)
      else if (settlements.includes(event.type) && attempt === attempts.get(stream)) {
        attempts.delete(stream)
      }
      hold.take(event)
      return true
    },
    counts: () => ({
      streams: heads.size,
      links: [...heads.keys()].filter((stream) => stream.startsWith('link-')).length,
    }),
    digest: () => digestOf(heads),
    unsettled: () => [...attempts.keys()],
    releasedSinceHold: hold.released,
  }
}

/** Follows the hold of the whole ledger and what lifts it. */
const holdSeen = () => {
  let isHeld = false
  const released = new Set<string>()
  return {
    take: ({ stream, type, data }: RecordedEvent): void => {
      if (type !== 'LinkHeld' && type !== 'LinkReleased') return
      if (stream !== sitePolicyStream) {
        if (type === 'LinkReleased') released.add(stream)
        else released.delete(stream)
      } else if (type === 'LinkHeld') {
        isHeld = true
        released.clear()
      } else if (parsed(data)['past'] === null) isHeld = false
    },
    released: (): ReadonlyArray<string> | null => (isHeld ? [...released] : null),
  }
}

/** The fields of a JSON object; of anything else none: what cannot be read changes nothing here. */
const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const digestOf = (heads: ReadonlyMap<string, Head>): string => {
  const hash = createHash('sha256')
  for (const [stream, head] of [...heads].toSorted(([first], [second]) =>
    first < second ? -1 : 1,
  ))
    hash.update(`${stream} ${head.revision} ${head.hash}\n`)
  return hash.digest('hex')
}
