import { placeOf, shapeOf } from '../../domain/episode'
import type { LogItem } from './log-items'

/** A finished episode of one reading of a log. */
export type Episode = {
  readonly items: ReadonlyArray<LogItem>
  /** The item that its window runs from: the last failure, or the timer when there is no failure. */
  readonly opening: LogItem
  readonly kind: 'dial' | 'drop' | 'timer'
  readonly isOpenFailure: boolean
  /** Stamps of its first and last failure evidence; of its timers when it has nothing else. */
  readonly firstMs: number
  readonly lastMs: number
  /** 1-based place among the failures that follow each other without a known success. */
  readonly failureNumber: number
}

/** What a reading says before an episode: the earlier ones that can still matter, oldest first. */
export type Past = ReadonlyArray<Episode>

/** One way to read the log up to here; readings of the same keys cannot be told apart by what follows. */
type Reading = {
  readonly open: ReadonlyArray<LogItem>
  readonly past: Past
  readonly openKey: string
  readonly pastKey: string
}

const nothingRead: Reading = { open: [], past: [], openKey: '', pastKey: '' }

/**
 * How long an episode closes its link, in seconds, at most; `unexempted`: had no failure been exempt.
 * `least`: at least, whichever link a retry timer without a name belongs to.
 */
export type EpisodeWait = {
  readonly sec: number
  readonly unexempted: number
  readonly least: { readonly sec: number }
}

/**
 * How a log is read. `reachMs`: how long after its end an episode can still matter. `numbersMax`:
 * failures beyond this many close a link no longer than that one.
 */
export type ReadingRules = {
  readonly dialTimeoutMs: number
  readonly resolutionMs: number
  readonly reachMs: number
  readonly numbersMax: number
  readonly waitOf: (episode: Episode, untilMs: number) => EpisodeWait
}

/** Told every episode of every reading, with what came before it in that reading. */
export type OnEpisode = (episode: Episode, past: Past) => void

/** Most readings that are followed at a time; beyond that no verdict is given for a while. */
const readingsMax = 256

/** A time, in milliseconds, in which so many readings were possible that not all were followed. */
export type UnfollowedTime = { readonly fromMs: number; readonly toMs: number }

/**
 * Follows every reading of a log: records that name no link are, or are not, about this one; an item
 * that can be of either episode is of the one or of the other. Readings that cannot differ any more
 * are followed as one.
 */
export const followReadings = (
  items: ReadonlyArray<LogItem>,
  rules: ReadingRules,
  onEpisode: OnEpisode,
): ReadonlyArray<UnfollowedTime> => {
  let readings: ReadonlyArray<Reading> = [nothingRead]
  const unfollowed: UnfollowedTime[] = []
  for (const item of items) {
    const next = new Map<string, Reading>()
    for (const reading of readings) {
      for (const successor of successorsOf(reading, item, { rules, onEpisode })) {
        next.set(`${successor.openKey}|${successor.pastKey}`, successor)
      }
    }
    readings = [...next.values()].slice(0, readingsMax)
    if (next.size > readingsMax) {
      unfollowed.push({
        fromMs: item.atMs - rules.dialTimeoutMs,
        toMs: item.atMs + rules.reachMs,
      })
    }
  }
  for (const reading of readings) finish(reading, { rules, onEpisode })
  return unfollowed
}

/** The plain reading: nameless records left out, and what can be of either episode joined. */
export const plainReading = (
  items: ReadonlyArray<LogItem>,
  rules: ReadingRules,
): ReadonlyArray<Episode> => {
  const episodes: Episode[] = []
  const onEpisode = (episode: Episode) => void episodes.push(episode)
  let reading = nothingRead
  for (const item of items.filter((one) => !one.isOptional)) {
    reading =
      placeOf(reading.open, item, rules) === 'next'
        ? begunWith(reading, item, { rules, onEpisode })
        : joinedBy(reading, item)
  }
  finish(reading, { rules, onEpisode })
  return episodes
}

/** The episode that an item would be by itself. */
export const episodeAlone = (item: LogItem): Episode =>
  episodeOf(item, [item], { before: undefined, numbersMax: 1 })

type Following = { readonly rules: ReadingRules; readonly onEpisode: OnEpisode }

const successorsOf = (
  reading: Reading,
  item: LogItem,
  following: Following,
): ReadonlyArray<Reading> => {
  const taken = withItem(reading, item, following)
  return item.isOptional ? [reading, ...taken] : taken
}

/** The readings in which an item is about the link; one that joins the open episode comes first. */
const withItem = (
  reading: Reading,
  item: LogItem,
  following: Following,
): ReadonlyArray<Reading> => {
  const place = placeOf(reading.open, item, following.rules)
  return [
    ...(place === 'next' ? [] : [joinedBy(reading, item)]),
    ...(place === 'same' ? [] : [begunWith(reading, item, following)]),
  ]
}

const joinedBy = (reading: Reading, item: LogItem): Reading => {
  const open = [...reading.open, item]
  return { ...reading, open, openKey: openKeyOf(open) }
}

const begunWith = (reading: Reading, item: LogItem, following: Following): Reading => {
  const past = finish(reading, following)
  const pastKey = pastKeyOf(past, item, following.rules)
  return { open: [item], past, openKey: openKeyOf([item]), pastKey }
}

/** Finishes the open episode and gives what is past after it. */
const finish = (reading: Reading, { rules, onEpisode }: Following): Past => {
  const { open, past } = reading
  const [first] = open
  if (first === undefined) return past
  const episode = episodeOf(first, open, { before: past.at(-1), numbersMax: rules.numbersMax })
  onEpisode(episode, past)
  return [...past.filter((one) => outlasts(one, episode, rules)), episode]
}

/** Whether an earlier episode can close the link longer than a later one. */
const outlasts = (earlier: Episode, later: Episode, rules: ReadingRules): boolean => {
  if (earlier.lastMs + rules.reachMs <= later.firstMs) return false
  if (later.kind === 'timer' && earlier.kind !== 'timer') return true
  const before = rules.waitOf(earlier, later.firstMs)
  const after = rules.waitOf(later, later.firstMs)
  return (
    before.sec > after.sec ||
    before.unexempted > after.unexempted ||
    before.least.sec > after.least.sec
  )
}

const episodeOf = (
  first: LogItem,
  items: ReadonlyArray<LogItem>,
  run: { readonly before: Episode | undefined; readonly numbersMax: number },
): Episode => {
  const { kind, isOpenFailure } = shapeOf(items)
  const failing = items.filter((item) => item.type !== 'RetryDelayStarted')
  const telling = kind === 'timer' ? items : failing
  const opening = telling.reduce(
    (last, item) => (item.atMs >= last.atMs ? item : last),
    telling[0] ?? first,
  )
  const earlier = kind === 'drop' ? 0 : (run.before?.failureNumber ?? 0)
  return {
    items,
    opening,
    kind,
    isOpenFailure,
    firstMs: Math.min(...telling.map((item) => item.atMs)),
    lastMs: opening.atMs,
    failureNumber: Math.min(Math.max(1, earlier + (kind === 'timer' ? 0 : 1)), run.numbersMax),
  }
}

/** Of what is past only how long it still closes the link counts, not what it was. */
const pastKeyOf = (past: Past, now: LogItem, rules: ReadingRules): string =>
  past
    .filter((one) => one.lastMs + rules.reachMs > now.atMs)
    .map((one) => {
      const { sec, unexempted, least } = rules.waitOf(one, now.atMs)
      return `${one.kind} ${one.lastMs} ${one.failureNumber} ${sec} ${unexempted} ${least.sec}`
    })
    .join('|')

/** Of records that name no link only what they do to the episode counts, not which they are. */
const openKeyOf = (open: ReadonlyArray<LogItem>): string => {
  const named = open.flatMap((item) => (item.isOptional ? [] : [item.fact.id]))
  const keys = open.map((item) => item.key).toSorted()
  const stamps = open.map((item) => item.atMs)
  const firstOfTypes = new Map<string, number>()
  for (const { type, atMs } of open) {
    firstOfTypes.set(type, Math.min(atMs, firstOfTypes.get(type) ?? Infinity))
  }
  const steps = [...firstOfTypes].map(([type, atMs]) => `${type}${atMs}`).toSorted()
  return [named, keys, Math.min(...stamps), Math.max(...stamps), steps].join(' ')
}
