import { orderMeansNothingMs } from '../../domain/episode'
import type { LinkLog, LogItem } from './log-items'
import { nearItems, type NearRules } from './near-items'
import { judgeEpisode, type EpisodeRules, type Outcome } from './judge-episode'
import { followReadings, plainReading, type Episode, type Past } from './readings'
import type { ReasonCode } from './report'

/** One dial that a log shows, with what all readings of the log agree on. */
export type LogDial = {
  readonly episode: Episode
  readonly outcome: Outcome
}

/** How a log is judged. */
export type LogRules = NearRules & EpisodeRules

/**
 * The dials that one log shows of one link. Each is judged in every reading; where readings disagree
 * nothing can be told. Whether it is the link's first dial is not known here.
 */
export const judgeLog = (log: LinkLog, rules: LogRules): ReadonlyArray<LogDial> => {
  const dials = plainReading(log.items, rules).filter((episode) => episode.kind === 'dial')
  const dialOfItem = new Map<LogItem, number>()
  dials.forEach((episode, dial) => {
    for (const item of episode.items) dialOfItem.set(item, dial)
  })
  const outcomes = dials.map((): Outcome[] => [])
  const onEpisode = (episode: Episode, past: Past) => {
    if (episode.kind !== 'dial') return
    const [first, ...others] = dialsIn(episode, dialOfItem)
    if (first === undefined) return
    const outcome = judgeEpisode(episode, past, rules)
    keep(outcomes[first], outcome)
    for (const other of others) keep(outcomes[other], merged(outcome))
  }
  const unfollowedTimes = followReadings(nearItems(log.items, rules), rules, onEpisode)
  return dials.map((episode, dial) => {
    const agreed = agreedOutcome(outcomes[dial] ?? [], disagreementOn(episode, log))
    const isUnfollowed = unfollowedTimes.some(
      (time) => time.fromMs <= episode.lastMs && episode.firstMs <= time.toMs,
    )
    return agreed === null || isUnfollowed
      ? { episode, outcome: unfollowed(episode, agreed, rules) }
      : { episode, outcome: agreed }
  })
}

const dialsIn = (
  episode: Episode,
  dialOfItem: ReadonlyMap<LogItem, number>,
): ReadonlyArray<number> => [
  ...new Set(episode.items.flatMap((item) => dialOfItem.get(item) ?? [])),
]

/** In this reading the dial is one with an earlier dial. */
const merged = (outcome: Outcome): Outcome => ({
  ...outcome,
  verdict: 'cannot-tell',
  reason: 'episodes-may-be-one',
})

/** Keeps one outcome for each verdict and reason: the one that claims least. */
const keep = (outcomes: Outcome[] | undefined, outcome: Outcome): void => {
  const known = outcomes?.findIndex(
    (one) => one.verdict === outcome.verdict && one.reason === outcome.reason,
  )
  if (outcomes === undefined || known === undefined) return
  const before = outcomes[known]
  if (before === undefined) outcomes.push(outcome)
  else if (missingMsOf(outcome) < missingMsOf(before)) outcomes[known] = outcome
}

/** Milliseconds that a dial certainly was too early; -Infinity without a window. */
const missingMsOf = ({ window, hiMs }: Outcome): number =>
  window === null ? -Infinity : window.closesMs - hiMs

const agreedOutcome = (
  outcomes: ReadonlyArray<Outcome>,
  disagreement: ReasonCode,
): Outcome | null => {
  const [first, ...others] = outcomes
  if (first === undefined) return null
  const least = leastOf(first, others)
  return others.every((other) => other.verdict === first.verdict)
    ? least
    : { ...least, verdict: 'cannot-tell', reason: disagreement }
}

const leastOf = (first: Outcome, others: ReadonlyArray<Outcome>): Outcome =>
  others.reduce((least, one) => (missingMsOf(one) < missingMsOf(least) ? one : least), first)

/** Why the readings of an episode disagree, if they do. */
const disagreementOn = ({ items }: Episode, log: LinkLog): ReasonCode => {
  const drop = items.find((item) => item.type === 'AssociationEnded')
  const isRedial = items.some(
    (item) =>
      item.type === 'ConnectionOpenFailed' &&
      drop !== undefined &&
      item.atMs - drop.atMs > orderMeansNothingMs,
  )
  if (isRedial) return 'drop-or-redial'
  return log.items.some((item) => item.isOptional) ? 'unassigned-evidence' : 'episodes-may-be-one'
}

const unfollowed = (episode: Episode, agreed: Outcome | null, rules: LogRules): Outcome => ({
  loMs: agreed?.loMs ?? null,
  hiMs: episode.firstMs + rules.resolutionMs,
  window: agreed?.window ?? null,
  verdict: 'cannot-tell',
  reason: 'too-many-readings',
})
