import type { Recorded, StreamItem } from '../domain/events'
import { acceptsPast } from '../domain/policy-timeline'
import { eqClock, wallMsOf, type ClockReading } from '../domain/time'
import { isLinkStream, linkOf, type RowOf, type TableProjection } from './table-projection'

/**
 * How a link has been doing by what its own gate, supervisors and owners reported. `downSince`: the
 * time of the first failure that nothing good followed, null while the link is up, or came to rest by
 * a normal end. Lengths are milliseconds.
 */
export type LinkHealth = {
  readonly attempt: string | null
  readonly downSince: string | null
  readonly downFrom: ClockReading | null
  readonly upSince: string | null
  readonly attempts: number
  readonly notStarted: number
  readonly succeeded: number
  readonly refusals: number
  readonly upMs: number
  /** Sessions whose length no one clock proves; they add nothing to `upMs`. */
  readonly unmeasuredSessions: number
  readonly outages: number
  readonly longestOutageMs: number
  readonly lastAttemptAt: string | null
  readonly unreadable: { readonly revision: bigint; readonly problem: string } | null
  readonly revision: bigint
}

const initialHealth: LinkHealth = {
  attempt: null,
  downSince: null,
  downFrom: null,
  upSince: null,
  attempts: 0,
  notStarted: 0,
  succeeded: 0,
  refusals: 0,
  upMs: 0,
  unmeasuredSessions: 0,
  outages: 0,
  longestOutageMs: 0,
  lastAttemptAt: null,
  unreadable: null,
  revision: -1n,
}

const evolveHealth = (health: LinkHealth, item: StreamItem): LinkHealth => {
  const { revision } = item
  if (item.type === 'Unreadable')
    return { ...health, revision, unreadable: { revision, problem: item.problem } }
  // What was imported is history: it raises no alert.
  const next = item.metadata.source.kind === 'import' ? health : evolveRecorded(health, item)
  return revision === health.revision + 1n
    ? { ...next, revision }
    : { ...next, revision, unreadable: { revision, problem: 'events before it are missing' } }
}

const evolveRecorded = (health: LinkHealth, item: Recorded): LinkHealth => {
  switch (item.type) {
    case 'DialAttempted':
      return {
        ...health,
        attempt: item.id,
        attempts: health.attempts + 1,
        lastAttemptAt: item.metadata.appended.wall,
      }
    case 'DialRefused':
      return { ...health, refusals: health.refusals + 1 }
    case 'AssociationOpened':
      return isOfAttempt(health, item) ? upFrom(health, item) : health
    case 'AssociationEnded':
      return evolveEnd(health, item)
    case 'DialNotStarted':
      return { ...downFrom(health, item), notStarted: health.notStarted + 1 }
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
    case 'ConnectionOpenFailed':
    case 'DialAbandoned':
      return downFrom(health, item)
    case 'LinkReleased':
      return acceptsPast(item.data.past, health.unreadable)
        ? { ...health, unreadable: null }
        : health
    default:
      return health
  }
}

const isOfAttempt = ({ attempt }: LinkHealth, { metadata }: Recorded): boolean =>
  attempt !== null && metadata.attempt === attempt

const upFrom = (health: LinkHealth, { metadata }: Recorded): LinkHealth => ({
  ...overBy(health, metadata.appended),
  succeeded: health.upSince === null ? health.succeeded + 1 : health.succeeded,
  upSince: health.upSince ?? metadata.appended.wall,
})

const evolveEnd = (
  health: LinkHealth,
  item: Recorded & { readonly type: 'AssociationEnded' },
): LinkHealth => {
  const isEndOfSession = isOfAttempt(health, item) && health.upSince !== null
  const { upCs, abnormal } = item.data
  const ended = isEndOfSession
    ? {
        ...health,
        upSince: null,
        upMs: health.upMs + 10 * (upCs ?? 0),
        unmeasuredSessions: health.unmeasuredSessions + (upCs === null ? 1 : 0),
      }
    : health
  if (abnormal) return downFrom(ended, item)
  return isOfAttempt(ended, item) ? overBy(ended, item.metadata.appended) : ended
}

const downFrom = (health: LinkHealth, { metadata }: Recorded): LinkHealth =>
  health.downSince === null
    ? {
        ...health,
        upSince: null,
        downSince: metadata.appended.wall,
        downFrom: metadata.appended,
        outages: health.outages + 1,
      }
    : health

/** Ends an outage, if there is one. */
const overBy = (health: LinkHealth, now: ClockReading): LinkHealth =>
  health.downFrom === null
    ? health
    : {
        ...health,
        downSince: null,
        downFrom: null,
        longestOutageMs: Math.max(health.longestOutageMs, msBetween(health.downFrom, now)),
      }

/** By uptime where both are of one clock, else by the wall clocks, which may have been stepped. */
const msBetween = (from: ClockReading, to: ClockReading): number =>
  eqClock.equals(from, to) && to.uptimeCs >= from.uptimeCs
    ? 10 * (to.uptimeCs - from.uptimeCs)
    : Math.max(0, wallMsOf(to) - wallMsOf(from))

const columns = {
  link: 'TEXT',
  attempts: 'INTEGER',
  not_started: 'INTEGER',
  succeeded: 'INTEGER',
  success_rate: 'REAL?',
  refusals: 'INTEGER',
  up_ms: 'INTEGER',
  unmeasured_sessions: 'INTEGER',
  outages: 'INTEGER',
  longest_outage_ms: 'INTEGER',
  down_since: 'TEXT?',
  up_since: 'TEXT?',
  last_attempt_at: 'TEXT?',
  unreadable: 'TEXT?',
  revision: 'INTEGER',
} as const

const table = {
  name: 'link_health',
  columns,
  key: ['link'],
  indexes: [['down_since']],
}

const rowOf = (health: LinkHealth, stream: string): RowOf<typeof columns> => ({
  link: linkOf(stream),
  attempts: health.attempts,
  not_started: health.notStarted,
  succeeded: health.succeeded,
  success_rate: rateOf(health),
  refusals: health.refusals,
  up_ms: health.upMs,
  unmeasured_sessions: health.unmeasuredSessions,
  outages: health.outages,
  longest_outage_ms: health.longestOutageMs,
  down_since: health.downSince,
  up_since: health.upSince,
  last_attempt_at: health.lastAttemptAt,
  unreadable: health.unreadable?.problem ?? null,
  revision: health.revision,
})

/** Of the attempts that dialed, how many got the link up; null: none dialed. */
const rateOf = ({ attempts, notStarted, succeeded }: LinkHealth): number | null =>
  attempts > notStarted ? succeeded / (attempts - notStarted) : null

/** How long links were up and down, how often they were dialed and refused: what alerts go by. */
export const linkHealth: TableProjection<LinkHealth> = {
  name: 'link-health',
  version: 2,
  initial: initialHealth,
  evolve: evolveHealth,
  table,
  folds: isLinkStream,
  order: 'by-stream',
  rows: { each: 'stream', rowOf },
}
