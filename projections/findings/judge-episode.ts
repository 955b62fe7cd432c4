import type { RequiredByLog } from './required-wait'
import type { Episode, Past } from './readings'
import type { EventFact } from './fact'
import type { ReasonCode, Verdict } from './report'

/** Evidence of a link from elsewhere: another log, or a gate. */
export type OutsideEvidence = {
  readonly fact: EventFact
  /** Its true time lies in `[minMs, maxMs)`, whatever clock it is told by. */
  readonly minMs: number
  readonly maxMs: number
  readonly required: RequiredByLog
  /** Whether it can prove a dial early, or only keep one from being proven kept. */
  readonly proves: boolean
}

/** What a dial that left one episode is judged by. */
export type EpisodeRules = {
  readonly dialTimeoutMs: number
  readonly resolutionMs: number
  readonly requiredOf: (episode: Episode, untilMs: number) => RequiredByLog
  /** Evidence from elsewhere that can matter to a dial in the given time. */
  readonly outsideOf: (episode: Episode) => ReadonlyArray<OutsideEvidence>
}

/** The window that a dial was judged against. */
export type LogWindow = {
  readonly fact: EventFact
  readonly openedMs: number
  readonly closesMs: number
  readonly required: RequiredByLog
  readonly episode: Episode | null
}

/** What one reading says of the dial that left an episode. `loMs` null: nothing bounds it. */
export type Outcome = {
  readonly verdict: Verdict
  readonly reason: ReasonCode
  readonly loMs: number | null
  readonly hiMs: number
  readonly window: LogWindow | null
}

/** Judges, in one reading, the dial that left an episode. */
export const judgeEpisode = (episode: Episode, past: Past, rules: EpisodeRules): Outcome => {
  const hiMs = episode.firstMs + rules.resolutionMs
  const windows = past.map((earlier) => windowOf(earlier, rules.requiredOf(earlier, hiMs)))
  const outside = rules.outsideOf(episode)
  const latest = longestOf(windows)
  const place = { loMs: earliestDialMs(episode, past, rules), hiMs }
  const insideOf = [
    ...windows.filter((window) => provesEarly(window, episode, hiMs)),
    ...outside.filter((one) => isOutsideProof(one, episode, rules)).map(windowOfOutside),
  ].map(surely)
  const broken = longestOf(insideOf.filter((window) => hiMs <= window.closesMs))
  if (broken !== null)
    return { ...place, verdict: 'broken', reason: 'inside-window', window: broken }
  const doubt = doubtOf(episode, { windows, outside, rules }, 'sec')
  if (doubt === null && doubtOf(episode, { windows, outside, rules }, 'unexempted') !== null) {
    return { ...place, verdict: 'exempt', reason: 'exempt', window: latest }
  }
  return doubt === null
    ? { ...place, verdict: 'kept', reason: 'window-over', window: latest }
    : { ...place, verdict: 'cannot-tell', reason: doubt, window: latest }
}

const windowOf = (episode: Episode, required: RequiredByLog): LogWindow => ({
  fact: episode.opening.fact,
  openedMs: episode.lastMs,
  closesMs: episode.lastMs + required.sec * 1000,
  required,
  episode,
})

/** A window that ends as early as it may, whichever link a retry timer without a name belongs to. */
const surely = (window: LogWindow): LogWindow => {
  const { required } = window
  const { sec, by } = required.least
  return { ...window, closesMs: window.openedMs + sec * 1000, required: { ...required, sec, by } }
}

const windowOfOutside = ({ fact, minMs, required }: OutsideEvidence): LogWindow => ({
  fact,
  openedMs: minMs,
  closesMs: minMs + required.sec * 1000,
  required,
  episode: null,
})

const longestOf = (windows: ReadonlyArray<LogWindow>): LogWindow | null =>
  windows.reduce<LogWindow | null>(
    (longest, window) =>
      longest === null || window.closesMs >= longest.closesMs ? window : longest,
    null,
  )

/** Whether an earlier episode shows a failure on the clock of this one; a bare timer shows none. */
const provesEarly = (window: LogWindow, episode: Episode, hiMs: number): boolean =>
  window.episode !== null &&
  window.episode.kind !== 'timer' &&
  epochOf(window.episode) === epochOf(episode) &&
  window.openedMs <= hiMs

const epochOf = ({ items }: Episode): number => items[0]?.epoch ?? 0

/** Evidence within a dial timeout of an episode may be that episode's own. */
const isOutsideProof = (
  outside: OutsideEvidence,
  episode: Episode,
  { dialTimeoutMs }: EpisodeRules,
): boolean => outside.proves && episode.firstMs - outside.maxMs > dialTimeoutMs

/** The earliest time of the dial, taken down by the resolution so that it holds in every reading. */
const earliestDialMs = (
  episode: Episode,
  past: Past,
  { dialTimeoutMs, resolutionMs }: EpisodeRules,
): number | null => {
  const after = past.at(-1)?.lastMs ?? null
  if (!episode.isOpenFailure) return after
  const begun = episode.firstMs - dialTimeoutMs - resolutionMs
  return after === null ? begun : Math.max(after, begun)
}

type Around = {
  readonly windows: ReadonlyArray<LogWindow>
  readonly outside: ReadonlyArray<OutsideEvidence>
  readonly rules: EpisodeRules
}

/** Why the dial is not certain to have waited for every window; null: it is. */
const doubtOf = (
  episode: Episode,
  { windows, outside, rules }: Around,
  wait: 'sec' | 'unexempted',
): ReasonCode | null => {
  const { dialTimeoutMs, resolutionMs } = rules
  const latest = windows.at(-1)
  if (
    windows.some(
      (window) => window.episode !== null && epochOf(window.episode) !== epochOf(episode),
    )
  ) {
    return 'clock-step'
  }
  if (!episode.isOpenFailure) return 'dial-time-unknown'
  const dialedFromMs = episode.firstMs - dialTimeoutMs
  const waitsFor = (openedMaxMs: number, required: RequiredByLog) =>
    dialedFromMs >= openedMaxMs + required[wait] * 1000
  if (!windows.every((window) => waitsFor(window.openedMs + resolutionMs, window.required))) {
    const isAmbiguous = windows.some(({ required }) => required.least.sec < required.sec)
    return isAmbiguous ? 'unassigned-evidence' : 'dial-time-uncertain'
  }
  if (!outside.every((one) => waitsFor(one.maxMs, one.required))) return 'other-source'
  const coveredFromMs = (episode.items[0]?.coveredFromMs ?? Infinity) + resolutionMs
  const required = latest?.required ?? rules.requiredOf(episode, episode.firstMs)
  return waitsFor(coveredFromMs, required) ? null : 'before-coverage'
}
