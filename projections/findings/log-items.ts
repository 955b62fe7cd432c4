import { isEpisodeEventType, type EpisodeItem } from '../../domain/episode'
import type { EventFact, FactOf } from './fact'
import { linkOfStream } from './fact'
import { inSourceOrder, type PlacedFact } from './source-order'

/** One record of a log that is, or may be, about a link. */
export type LogItem = EpisodeItem & {
  readonly fact: EventFact
  readonly coveredFromMs: number
  /** What the timer event states; null on every other. */
  readonly seconds: number | null
  /** Whether it names another link's candidates too: it may or may not be about this link. */
  readonly isOptional: boolean
}

/** What one log, or one watcher, says about one link. */
export type LinkLog = {
  readonly source: string
  readonly computer: string
  readonly items: ReadonlyArray<LogItem>
  readonly resolutionMs: number
  /** Whether this source logs the retry timer anywhere. */
  readonly logsTimer: boolean
}

/** The logs about each link. */
export type LinkLogs = ReadonlyMap<string, ReadonlyArray<LinkLog>>

/** How exactly a watcher's own wall clock is read. */
const watcherResolutionMs = 10

/** Gathers what logs and watchers say about links beside the gate, oldest first in each source. */
export const linkLogsOf = (facts: ReadonlyArray<EventFact>): LinkLogs => {
  const sources = new Map<string, EventFact[]>()
  for (const fact of facts) {
    if (!isOfLog(fact)) continue
    const key = `${fact.source.kind}\n${fact.source.name}`
    const known = sources.get(key)
    if (known === undefined) sources.set(key, [fact])
    else known.push(fact)
  }
  const logs = new Map<string, LinkLog[]>()
  for (const ofSource of sources.values()) {
    for (const [link, log] of logsOfSource(ofSource)) {
      logs.set(link, [...(logs.get(link) ?? []), log])
    }
  }
  return logs
}

const isOfLog = (fact: EventFact): boolean => {
  if (fact.source.kind === 'import') return true
  if (fact.kind === 'step') return true
  return fact.source.kind === 'record' && fact.attempt === null && isAboutLink(fact)
}

/** Whether a fact is a piece of an episode: a failure, or the timer that follows it. */
const isAboutLink = (fact: EventFact): boolean =>
  fact.kind === 'evidence' || fact.kind === 'timer' || (fact.kind === 'ended' && fact.abnormal)

const logsOfSource = (facts: ReadonlyArray<EventFact>): ReadonlyMap<string, LinkLog> => {
  const reads = facts.filter((fact): fact is FactOf<'read'> => fact.kind === 'read')
  const said = facts.filter((fact) => fact.kind === 'step' || isAboutLink(fact))
  const ordered = inSourceOrder({ facts: said, reads })
  const [first] = ordered
  if (first === undefined) return new Map()
  const { source } = first.fact
  const named = new Set(said.flatMap((fact) => linkOfStream(fact.stream) ?? []))
  const log = {
    source: source.name,
    computer: source.computer ?? source.name,
    resolutionMs: resolutionOf(first.fact, reads),
    logsTimer: ordered.some((placed) => placed.fact.kind === 'timer'),
  }
  const items = new Map<string, LogItem[]>()
  for (const placed of ordered) {
    const links = linksOf(placed.fact, named)
    const item = links.length === 0 ? null : itemOf(placed, links.length > 1)
    for (const link of item === null ? [] : links) {
      const known = items.get(link)
      if (item !== null && known !== undefined) known.push(item)
      else if (item !== null) items.set(link, [item])
    }
  }
  return new Map([...items].map(([link, ofLink]) => [link, { ...log, items: ofLink }]))
}

const resolutionOf = (fact: EventFact, reads: ReadonlyArray<FactOf<'read'>>): number =>
  fact.source.kind === 'record'
    ? watcherResolutionMs
    : Math.max(1, ...reads.map((read) => read.data.resolutionSec)) * 1000

/** The link that a fact names, else those it may be about: any that its source ever names. */
const linksOf = (fact: EventFact, named: ReadonlySet<string>): ReadonlyArray<string> => {
  const own = linkOfStream(fact.stream)
  if (own !== null) return [own]
  return 'candidates' in fact ? [...new Set([...fact.candidates, ...named])] : []
}

const itemOf = (placed: PlacedFact, isOptional: boolean): LogItem | null => {
  const { fact, atMs, epoch, coveredFromMs } = placed
  if (!isEpisodeEventType(fact.type)) return null
  const origin = 'origin' in fact ? fact.origin : fact.type
  return {
    type: fact.type,
    key: origin.startsWith('mta:') ? origin : `${origin}/${fact.type}`,
    atMs,
    epoch,
    fact,
    coveredFromMs,
    seconds: fact.kind === 'timer' ? fact.seconds : null,
    isOptional,
  }
}

/** What a gate saw fail on a link, as pieces of episodes told by its wall clock. */
export const gateItemsOf = (
  facts: ReadonlyArray<EventFact>,
  attempts: ReadonlyMap<string, unknown>,
): ReadonlyArray<LogItem> =>
  facts.flatMap((fact) => {
    const isItsOwn =
      fact.source.kind !== 'import' && fact.attempt !== null && attempts.has(fact.attempt)
    if (!isItsOwn || !isAboutLink(fact)) return []
    const placed = { fact, atMs: fact.occurred.ms, epoch: 0, coveredFromMs: -Infinity }
    return itemOf(placed, false) ?? []
  })
