import { notStartedRasCodes } from './ras-errors'

/** What one MTA event says about a connection; `context` is told apart, counted and not stored. */
export type MtaEventClass =
  | 'ras-error'
  | 'connection-error'
  | 'association-end'
  | 'open-failed'
  | 'delay-started'
  | 'not-started'
  | 'context'

/**
 * One event id of the Exchange MTA. `rank` is its place in the order of an episode (9309/9311 first,
 * 301 last); null for events that are in no episode. `namesLink`: its text names a connector.
 */
export type MtaEventKind = {
  readonly eventId: number
  readonly class: MtaEventClass
  readonly namesLink: boolean
  readonly rank: number | null
}

/** What the text of an MTA event states; null: not stated, or left as a placeholder (`%1`, `1%`). */
export type MtaParameters = {
  /** The distinguished name as printed, blanks made one. */
  readonly entity: string | null
  readonly code: number | null
  readonly seconds: number | null
}

/**
 * Event ids of the Exchange MTA that concern connections: KB Q150927, Q157630, Q158279, Q169716,
 * Q175354, Q196381, Q199971, Q217142, Q232389, Q243402, Q247782, Q253310, read in the public KB
 * archive. 302 and 303 occur nowhere; 1028 only in Q150927.
 */
const rows: ReadonlyArray<
  readonly [eventId: number, MtaEventClass, names: boolean, rank: number | null]
> = [
  [9309, 'ras-error', true, 0],
  [9311, 'ras-error', true, 0],
  [1028, 'connection-error', false, 1],
  [4284, 'connection-error', false, 1],
  [4287, 'connection-error', false, 1],
  [9316, 'connection-error', false, 1],
  [9318, 'connection-error', false, 1],
  [9322, 'connection-error', false, 1],
  [1294, 'association-end', true, 2],
  [289, 'open-failed', true, 3],
  [301, 'delay-started', true, 4],
  [57, 'not-started', true, null],
  [3120, 'not-started', false, null],
  [9156, 'not-started', false, null],
  [9280, 'not-started', false, null],
  [9315, 'not-started', false, null],
  [37, 'context', true, null],
  [1290, 'context', true, null],
  [1293, 'context', true, null],
]

/** The MTA events with a meaning of their own; every other id of the MTA is `context`. */
export const mtaEventKinds: ReadonlyArray<MtaEventKind> = rows.map(
  ([eventId, eventClass, namesLink, rank]) => ({ eventId, class: eventClass, namesLink, rank }),
)

const byId: ReadonlyMap<number, MtaEventKind> = new Map(
  mtaEventKinds.map((kind) => [kind.eventId, kind]),
)

/** Whether an event source is the Exchange MTA: it is spelled in four ways, in any case. */
export const isMtaSource = (source: string): boolean =>
  /^(?:ms ?exchange ?)?mta$/i.test(source.trim().replace(/\s+/gu, ' '))

/**
 * The kind of an event by its source and id; null when the source is not the MTA. The id alone says
 * nothing: 289 is a directory import's id too (Q184532).
 */
export const mtaEventOf = (source: string, eventId: number): MtaEventKind | null => {
  return isMtaSource(source) ? mtaKindOf(eventId) : null
}

/** The kind of an event that is known to be of the MTA. */
export const mtaKindOf = (eventId: number): MtaEventKind =>
  byId.get(eventId) ?? { eventId, class: 'context', namesLink: false, rank: null }

/** The origin of evidence from an MTA event, such as `mta:9311`. */
export const mtaOriginOf = (eventId: number): string =>
  origins.get(eventId) ?? `mta:${String(eventId)}`

/** One text for each: a log of a million records holds it a million times. */
const origins: ReadonlyMap<number, string> = new Map(
  mtaEventKinds.map(({ eventId }) => [eventId, `mta:${String(eventId)}`]),
)

/** The event id of an origin such as `mta:9311`; null for origins of other sources. */
export const mtaEventIdOf = (origin: string): number | null => {
  const match = /^mta:(\d{1,5})$/.exec(origin)
  return match === null ? null : Number(match[1])
}

const gatewayEnd = /\.? ?(?:RAS error\b|RAS Table\b|The MTA will\b|\[|$)/i

/**
 * How the MTA names the other side, by event id: the words before and after it. What follows the
 * name in brackets differs between builds and may be missing. Two searches in a row, because one
 * pattern for both takes quadratic time on a text that repeats the words before.
 */
const entityPatterns: ReadonlyMap<number, readonly [before: RegExp, after: RegExp]> = new Map([
  [9309, [/error has occurred for gateway /i, gatewayEnd]],
  [9311, [/error has occurred for gateway /i, gatewayEnd]],
  [1294, [/association with (?:entity )?/i, / (?:has )?ended abnormally/i]],
  [289, [/connection to /i, / (?:could|can) ?not be opened/i]],
  [301, [/association to /i, / on control block/i]],
  [57, [/from entity /i, / has been reached/i]],
  [37, [/entity /i, / (?:attempted|tried|has|is|was)\b/i]],
  [1290, [/association to /i, / was refused/i]],
  [1293, [/association from /i, / was refused/i]],
])

const codePattern =
  /(?:RAS error code returned|(?:Windows )?NT(?:\/MTA)? error(?: code)?|error code)\s*[:=]?\s*(\d{1,9})\b/i

const secondsPattern = /\bin (\d{1,9}) seconds?\b/i

/** A text with every run of blanks and line ends made one blank. */
export const oneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim()

const placeholder = /%|\.\.\.|…|^[<(]|^$/u

/** Gives a name as printed, blanks made one; null: a placeholder stands where it should. */
export const printedEntityOf = (text: string): string | null => {
  const entity = oneLine(text)
  return placeholder.test(entity) ? null : entity
}

const entityOf = (eventId: number, text: string): string | null => {
  const patterns = entityPatterns.get(eventId)
  const before = patterns?.[0].exec(text)
  if (patterns === undefined || before === null || before === undefined) return null
  const rest = text.slice(before.index + before[0].length)
  const after = patterns[1].exec(rest)
  return after === null ? null : printedEntityOf(rest.slice(0, after.index))
}

/** Whether events of a kind state why a connection failed. */
export const statesCode = ({ class: it }: MtaEventKind): boolean =>
  it === 'ras-error' || it === 'connection-error'

const numberOf = (pattern: RegExp, text: string): number | null => {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** What the description of an MTA event states, however it is wrapped. */
export const parseMtaDescription = (kind: MtaEventKind, description: string): MtaParameters => {
  const text = oneLine(description)
  return {
    entity: entityOf(kind.eventId, text),
    code: statesCode(kind) ? numberOf(codePattern, text) : null,
    seconds: kind.class === 'delay-started' ? numberOf(secondsPattern, text) : null,
  }
}

/**
 * The class of an event once its parameters are known: a RAS error that says that the port could
 * not be had is a dial that never started (R8).
 */
export const mtaClassOf = (
  kind: MtaEventKind,
  { code }: Pick<MtaParameters, 'code'>,
): MtaEventClass =>
  kind.class === 'ras-error' && notStartedRasCodes.has(code ?? Number.NaN)
    ? 'not-started'
    : kind.class
