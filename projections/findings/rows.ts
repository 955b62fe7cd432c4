import { orderMeansNothingMs } from '../../domain/episode'
import { isoOfMs } from '../../domain/time'
import { statedOrSeenMs, type EventFact } from './fact'
import type { GrantDial } from './link-grants'
import type { WindowStanding } from './judge-grant'
import type { LogWindow, Outcome } from './judge-episode'
import type { LinkDial } from './judge-link-logs'
import type { LinkLog, LogItem } from './log-items'
import type { EvidenceRow, JudgedDial, RetryTimer, WindowRow } from './report'

/** One event as findings name it. */
const evidenceRow = (fact: EventFact): EvidenceRow => ({
  id: fact.id,
  type: fact.type,
  origin: originOf(fact),
  at: isoOfMs(statedOrSeenMs(fact)),
  source: fact.source.name,
  record: fact.source.record,
})

/** Only the Exchange MTA logs a retry timer, as its event 301 (KB Q157630). */
const originOf = (fact: EventFact): string => {
  if (fact.kind === 'timer') return 'mta:301'
  return 'origin' in fact ? fact.origin : fact.source.kind
}

const seconds = (ms: number): number => Math.round(ms) / 1000

/** A granted dial as the report holds it. Ages are told in hundredths of a second. */
export const grantRow = ({ attempt, link, judged }: GrantDial): JudgedDial => {
  const { grant } = attempt
  const { verdict, reason, decisive, standings } = judged
  const atMs = grant.appended.ms
  const isListed = reason !== 'window-over' && reason !== 'late-evidence'
  const missing = decisive === null ? null : missingCs(decisive)
  const ages = standings.map((standing) => standing.ageMaxCs)
  return {
    id: grant.id,
    link,
    computer: null,
    verdict,
    loMs: atMs,
    hiMs: atMs,
    missingSec: verdict === 'broken' && missing !== null ? missing.least / 100 : null,
    missingSecMax: isListed && missing !== null ? missing.most / 100 : null,
    retryTimer: null,
    window: decisive === null || !isListed ? null : grantWindowRow(decisive),
    evidence: isListed
      ? [grant, ...standings.map(({ window }) => window.fact)].map(evidenceRow)
      : [],
    reason,
    requiredSec: decisive?.required.secByBasis ?? null,
    waitSec: ages.length === 0 ? null : finite(Math.min(...ages) / 100),
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const missingCs = ({ required, ageCs, ageMaxCs }: WindowStanding) => {
  const requiredCs = required.sec * 100
  return { least: Math.max(0, requiredCs - ageMaxCs), most: Math.max(0, requiredCs - ageCs) }
}

const grantWindowRow = ({ window, required }: WindowStanding): WindowRow => {
  const openedMs = window.fact.appended.ms + window.lessCs * 10
  const { id, type } = window.fact
  return {
    openedAt: isoOfMs(openedMs),
    closesAt: isoOfMs(openedMs + required.sec * 1000),
    requiredSec: required.sec,
    requiredBy: required.by,
    openedBy: { id, type, at: isoOfMs(openedMs) },
  }
}

/** A dial that a log shows as the report holds it; the first of its link cannot be proven kept. */
export const logRow = (dial: LinkDial, link: string, computer: string | null): JudgedDial => {
  const { episode, outcome, isFirst, log } = dial
  const isUnproven = isFirst && outcome.verdict !== 'broken' && outcome.verdict !== 'exempt'
  const verdict = isUnproven ? 'cannot-tell' : outcome.verdict
  const { loMs, hiMs } = outcome
  const window = isBeside({ ...outcome, verdict }) ? null : outcome.window
  const missingMs = window === null ? null : window.closesMs - hiMs
  const mostMs = window === null || loMs === null ? null : window.closesMs - loMs
  return {
    id: episode.items[0]?.fact.id ?? '',
    link,
    computer,
    verdict,
    loMs,
    hiMs,
    missingSec: verdict === 'broken' && missingMs !== null ? seconds(missingMs) : null,
    missingSecMax: mostMs === null || mostMs < 0 ? null : seconds(mostMs),
    retryTimer: window === null ? null : retryTimerOf(window, log, hiMs),
    window: window === null ? null : logWindowRow(window),
    evidence: verdict === 'kept' ? [] : episode.items.map((item) => evidenceRow(item.fact)),
    reason: isUnproven ? 'first-dial' : outcome.reason,
    requiredSec: window?.required.sec ?? null,
    waitSec: window === null ? null : seconds(hiMs - window.openedMs),
  }
}

/** Whether a window was over before the dial can have begun: it then explains no doubt. */
const isBeside = ({ verdict, reason, window, loMs }: Outcome): boolean =>
  verdict === 'cannot-tell' &&
  reason !== 'clock-step' &&
  window !== null &&
  loMs !== null &&
  window.closesMs <= loMs

/** Absent only where none that names no link can be the window's. */
const retryTimerOf = (window: LogWindow, log: LinkLog, untilMs: number): RetryTimer => {
  const isTimer = (item: LogItem): boolean => item.type === 'RetryDelayStarted'
  if (window.episode?.items.some((item) => isTimer(item) && !item.isOptional)) return 'started'
  const fromMs = (window.episode?.firstMs ?? window.openedMs) - orderMeansNothingMs
  const mayBeStarted = log.items.some(
    (item) => item.isOptional && isTimer(item) && item.atMs >= fromMs && item.atMs <= untilMs,
  )
  return log.logsTimer && !mayBeStarted ? 'absent' : 'not-logged'
}

const logWindowRow = ({ fact, openedMs, closesMs, required }: LogWindow): WindowRow => ({
  openedAt: isoOfMs(openedMs),
  closesAt: isoOfMs(closesMs),
  requiredSec: required.sec,
  requiredBy: required.by,
  openedBy: { id: fact.id, type: fact.type, at: isoOfMs(statedOrSeenMs(fact)) },
})

/** A dial that was seen but not granted. */
export const observedRow = (fact: EventFact, link: string): JudgedDial => {
  const atMs = statedOrSeenMs(fact)
  return {
    id: fact.id,
    link,
    computer: fact.source.kind === 'import' ? fact.source.computer : null,
    verdict: 'ungated',
    loMs: atMs,
    hiMs: atMs,
    missingSec: null,
    missingSecMax: null,
    retryTimer: null,
    window: null,
    evidence: [evidenceRow(fact)],
    reason: 'dial-observed',
    requiredSec: null,
    waitSec: null,
  }
}
