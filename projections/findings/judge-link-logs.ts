import type { OutsideEvidence } from './judge-episode'
import { judgeLog, type LogDial, type LogRules } from './judge-log'
import type { LinkLog, LogItem } from './log-items'
import { episodeAlone, type Episode } from './readings'
import { requiredByLog, type LogPolicies } from './required-wait'
import type { PolicyVersion } from './policy-versions'
import { largestOf } from './sorted'

/** A dial that a log shows, whether it is the first of its link, and the log that shows it. */
export type LinkDial = LogDial & { readonly isFirst: boolean; readonly log: LinkLog }

/** What the logs of one link are judged by besides themselves. */
export type LinkCase = {
  readonly versions: ReadonlyArray<PolicyVersion>
  readonly openIntervalSec: number | null
  /** Milliseconds by which the clocks of two computers may differ. */
  readonly skewMs: number
  readonly dialTimeoutMs: number
  /** Failures that a gate saw on this link. */
  readonly ofGate: ReadonlyArray<LogItem>
}

/**
 * Judges what the logs of one dialer say about one link: those of one computer, or of all of them
 * when there is but one dialer.
 */
export const judgeLinkLogs = (
  logs: ReadonlyArray<LinkLog>,
  linkCase: LinkCase,
): ReadonlyArray<LinkDial> => {
  const timers = logs
    .flatMap((log) => log.items.filter((item) => item.seconds !== null && !item.isOptional))
    .toSorted((a, b) => a.atMs - b.atMs)
  const unassigned = logs
    .flatMap((log) => log.items.filter((item) => item.isOptional))
    .flatMap((item) => item.seconds ?? [])
  const policies = { ...linkCase, timers, unassignedSec: [...new Set(unassigned)] }
  const byLog = logs.map((log) =>
    judgeLog(log, rulesFor(log, { logs, linkCase, policies })).map((dial) => ({ ...dial, log })),
  )
  // Within a log the order counts, since a stepped clock can make a later dial look like the first.
  const first = byLog
    .flatMap((dials) => dials.slice(0, 1))
    .toSorted((a, b) => a.episode.firstMs - b.episode.firstMs)[0]
  return byLog.flat().map((dial) => ({ ...dial, isFirst: dial === first }))
}

type Surroundings = {
  readonly logs: ReadonlyArray<LinkLog>
  readonly linkCase: LinkCase
  readonly policies: LogPolicies
}

const rulesFor = (log: LinkLog, surroundings: Surroundings): LogRules => {
  const { linkCase, policies } = surroundings
  const { dialTimeoutMs } = linkCase
  const { resolutionMs } = log
  const intervals = [
    linkCase.openIntervalSec ?? 0,
    600,
    ...policies.timers.map((item) => item.seconds ?? 0),
    ...policies.unassignedSec,
    ...linkCase.versions.flatMap(({ policy }) => [policy.openIntervalSec, ...policy.intervalsSec]),
  ]
  const reachMs = largestOf(intervals) * 1000 + dialTimeoutMs + 2 * resolutionMs
  const requiredOf = (episode: Episode, untilMs: number) =>
    requiredByLog(policies, episode, untilMs)
  const outside = outsideEvidence(log, surroundings)
  return {
    dialTimeoutMs,
    resolutionMs,
    reachMs,
    numbersMax: Math.max(1, ...linkCase.versions.map(({ policy }) => policy.intervalsSec.length)),
    isUniform: isUniform(linkCase, policies),
    waitOf: requiredOf,
    requiredOf,
    outsideOf: ({ firstMs }) =>
      outside.filter((one) => one.minMs < firstMs + resolutionMs && one.maxMs + reachMs > firstMs),
  }
}

/** Whether every failure closes the link for the same time, whatever it was and whenever. */
const isUniform = (
  { versions, openIntervalSec }: LinkCase,
  { timers, unassignedSec }: LogPolicies,
): boolean => {
  if (openIntervalSec !== null) return true
  const stated = new Set([...timers.flatMap(({ seconds }) => seconds ?? []), ...unassignedSec])
  const isAsStated = stated.size === 0 || (stated.size === 1 && timers.length > 0)
  return (
    isAsStated && versions.length <= 1 && versions.every(({ policy }) => policy.exempt.length === 0)
  )
}

/** What other logs and gates saw fail on this link. */
const outsideEvidence = (
  log: LinkLog,
  { logs, linkCase, policies }: Surroundings,
): ReadonlyArray<OutsideEvidence> => {
  const ofLogs = logs
    .filter((other) => other !== log)
    .flatMap((other) => {
      const skewMs = other.computer === log.computer ? 0 : linkCase.skewMs
      const width = { skewMs, resolutionMs: other.resolutionMs }
      return other.items.flatMap((item) => outsideOf(item, { ...width, policies, isLog: true }))
    })
  const ofGate = linkCase.ofGate.flatMap((item) =>
    outsideOf(item, { skewMs: linkCase.skewMs, resolutionMs: 10, policies, isLog: false }),
  )
  return [...ofLogs, ...ofGate]
}

type Width = {
  readonly skewMs: number
  readonly resolutionMs: number
  readonly policies: LogPolicies
  readonly isLog: boolean
}

const outsideOf = (item: LogItem, width: Width): ReadonlyArray<OutsideEvidence> => {
  if (item.type === 'RetryDelayStarted') return []
  const { skewMs, resolutionMs, policies, isLog } = width
  const required = requiredByLog(policies, episodeAlone(item), item.atMs)
  return [
    {
      fact: item.fact,
      minMs: item.atMs - skewMs,
      maxMs: item.atMs + resolutionMs + skewMs,
      required,
      proves: isLog && !item.isOptional,
    },
  ]
}
