import { createHash } from 'node:crypto'
import type { LedgerEvent } from '../../../domain/events'
import { canonicalJson } from './canonical-json'
import { getOrElse } from 'fp-ts/Either'
import type { ClockReading } from '../../../domain/time'

/** Namespace of the ids of what a supervisor reports of its attempt. */
export const outcomeNamespace = '37d6bffd-7239-4e4a-9b56-dabca0864a91'

/** Namespace of the ids of what was read from logs. */
export const importNamespace = '19ae13f2-c175-423f-b6bc-caf987938863'

/** One fact about an attempt: reporting it again gives the same id. */
export type OutcomeFact = {
  readonly attempt: string
  readonly type: LedgerEvent['type']
  readonly code: number | null
  readonly occurred: ClockReading
}

/**
 * One record of a log: overlapping exports, and the same log in another format, give the same id.
 * `count` is how many records of this log with the same other fields came before it.
 */
export type ImportedFact = {
  readonly logId: string
  readonly origin: string
  /** The stated time in UTC, whole seconds since 1970. */
  readonly statedSec: number
  /** What was parsed out of the record: link, code and the like. */
  readonly parameters: Readonly<Record<string, string | number | null>>
  readonly count: number
}

/** The id of a fact about an attempt. */
export const outcomeId = (fact: OutcomeFact): string => uuidV5(outcomeNamespace, fact)

/** The id of a fact read from a log. */
export const importId = (fact: ImportedFact): string => uuidV5(importNamespace, fact)

/** Whether a text is a UUID in lower case: every event id is. */
export const isEventId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** RFC 9562, section 5.5, over a value's canonical text. (The package `uuid` takes 10 ms to load.) */
const uuidV5 = (namespace: string, named: object): string => {
  // A name that cannot be canonical still gets an id; the event itself is refused when sealed.
  const name = getOrElse(() => JSON.stringify(named))(canonicalJson(named))
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = hash.toString('hex')
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([start, end]) => hex.slice(start, end))
    .join('-')
}
