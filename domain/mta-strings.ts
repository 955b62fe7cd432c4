import {
  oneLine,
  printedEntityOf,
  statesCode,
  type MtaEventKind,
  type MtaParameters,
} from './mta-events'

/**
 * Events whose message names the place in a table, or a control block, before the number that counts
 * here: the wording of KB Q158279, Q191594, Q157630, read in the public KB archive.
 */
const secondNumberIds: ReadonlySet<number> = new Set([9316, 9318, 9322, 301])

/** A distinguished name or an X.400 address: at least two attributes, after slashes or semicolons. */
const dnPattern = /^\/? ?[a-z][a-z0-9 ]{0,15}=[^/;=]*[/;] ?[a-z][a-z0-9 ]{0,15}=/i

/** Strings of one event that are looked at: `%99` is the last one that a message can name. */
const stringsMax = 99

const numberPattern = /^\d{1,9}$/

/**
 * The name among the strings: what has the shape of one, wherever it stands, since builds shift
 * their parameters (KB Q225206); else what stands first, as it does in every message that names a
 * connector.
 */
const entityOf = (strings: ReadonlyArray<string>): string | null => {
  const named = strings.find((text) => dnPattern.test(text)) ?? strings[0]
  return named === undefined || numberPattern.test(named) ? null : printedEntityOf(named)
}

/** The number that counts: behind the name if it is there, else wherever it stands. */
const numberAmong = (kind: MtaEventKind, strings: ReadonlyArray<string>): number | null => {
  const index = secondNumberIds.has(kind.eventId) ? 1 : 0
  const behind = strings.slice(strings.findIndex((text) => dnPattern.test(text)) + 1)
  const numbersOf = (texts: ReadonlyArray<string>) => texts.filter((it) => numberPattern.test(it))
  const found = numbersOf(behind)[index] ?? numbersOf(strings)[index]
  return found === undefined ? null : Number(found)
}

/**
 * What the insertion strings of an MTA event state. A binary log holds these alone: the message that
 * they are put into is in a program of the server (KB Q165959). The same as its text states.
 */
export const parseMtaStrings = (
  kind: MtaEventKind,
  strings: ReadonlyArray<string>,
): MtaParameters => {
  const texts = strings.slice(0, stringsMax).map(oneLine)
  return {
    entity: kind.namesLink ? entityOf(texts) : null,
    code: statesCode(kind) ? numberAmong(kind, texts) : null,
    seconds: kind.class === 'delay-started' ? numberAmong(kind, texts) : null,
  }
}
