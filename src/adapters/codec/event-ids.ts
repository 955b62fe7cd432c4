import { hash } from 'node:crypto'
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
export const outcomeId = (fact: OutcomeFact): string => uuidV5(outcomeNamespace, nameOf(fact))

/** The id of a fact read from a log. */
export const importId = (fact: ImportedFact): string => uuidV5(importNamespace, nameOf(fact))

/** Gives the ids of a log's facts, in their order: it counts how often each combination came before. */
export const importIds = (
  logId: string,
): ((fact: Omit<ImportedFact, 'logId' | 'count'>) => string) => {
  const counts = new Map<string, number>()
  return ({ origin, statedSec, parameters }) => {
    // `count` is the first key in canonical order, so that one text serves as key and as name.
    const rest = nameOf({ logId, origin, parameters, statedSec }).slice(1)
    const count = counts.get(rest) ?? 0
    counts.set(rest, count + 1)
    return uuidV5(importNamespace, `{"count":${count},${rest}`)
  }
}

/** Whether a text is a UUID in lower case: every event id is. */
export const isEventId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** The canonical text; what has none still gets an id: the event itself is refused when sealed. */
const nameOf = (named: object): string =>
  getOrElse(() => JSON.stringify(named))(canonicalJson(named))

const namespaceBytes = new Map(
  [outcomeNamespace, importNamespace].map((namespace) => [
    namespace,
    Buffer.from(namespace.replaceAll('-', ''), 'hex'),
  ]),
)

/** The digits that name version 5, and the variant of RFC 9562: 8, 9, a or b. */
const version = '5'
const variantOf = (digit: string): string => '89ab'.charAt(Number.parseInt(digit, 16) & 3)

/** RFC 9562, section 5.5, over a text. (The package `uuid` takes 10 ms to load.) */
const uuidV5 = (namespace: string, name: string): string => {
  const named = Buffer.concat([namespaceBytes.get(namespace) ?? Buffer.alloc(0), Buffer.from(name)])
  const hex = hash('sha1', named)
  // Joined, because a text put together by + keeps all its parts in memory until it is read.
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `${version}${hex.slice(13, 16)}`,
    `${variantOf(hex.charAt(16))}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
