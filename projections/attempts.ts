import type { DialAttempted, Recorded, StreamItem } from '../domain/events'
import {
  isLinkStream,
  linkOf,
  type Row,
  type RowOf,
  type TableProjection,
} from './table-projection'

const columns = {
  attempt: 'TEXT',
  link: 'TEXT',
  granted_at: 'TEXT?',
  started_at: 'TEXT?',
  seen_at: 'TEXT?',
  seen_by: 'TEXT?',
  up_at: 'TEXT?',
  up_proof: 'TEXT?',
  settled_at: 'TEXT?',
  outcome: 'TEXT',
  origin: 'TEXT?',
  code: 'INTEGER?',
  reason: 'TEXT?',
  up_ms: 'INTEGER?',
  evidence: 'INTEGER',
  supervision: 'TEXT?',
  dialer: 'TEXT?',
  host: 'TEXT',
  actor: 'TEXT',
  failures_before: 'INTEGER?',
  waived: 'INTEGER',
  probe: 'INTEGER',
  revision: 'INTEGER',
  position: 'INTEGER',
} as const

const table = {
  name: 'attempts',
  columns,
  key: ['attempt'],
  indexes: [['link', 'position'], ['outcome'], ['granted_at']],
}

type Attempt = RowOf<typeof columns>

/** What became of an attempt: `observed` is a dial that was seen and never granted. */
type Outcome =
  'open' | 'up' | 'not-started' | 'failed' | 'ended' | 'ended-abnormally' | 'abandoned' | 'observed'

/** The newest attempts of a link, of which something may still be told. */
export type RecentAttempts = ReadonlyArray<Attempt>

/** How many attempts of a link are remembered; what comes later about an older one is left out. */
const recentMax = 8

const evolve = (recent: RecentAttempts, item: StreamItem): RecentAttempts => {
  // Only what carries an attempt's id is about it; imports never are (R14).
  if (item.type === 'Unreadable' || item.metadata.source.kind === 'import') return recent
  if (item.type === 'DialAttempted') return [...recent, granted(item)].slice(-recentMax)
  const { attempt } = item.metadata
  if (attempt === undefined) return recent
  return recent.map((one) => (one.attempt === attempt ? told(one, item) : one))
}

const granted = (item: Recorded<DialAttempted>): Attempt => {
  const { supervision, dialer, basis } = item.data
  const { appended, host, actor } = item.metadata
  return {
    ...unknown(item),
    granted_at: appended.wall,
    outcome: 'open' satisfies Outcome,
    supervision,
    dialer,
    host,
    actor,
    failures_before: basis.consecutiveFailures,
    waived: basis.waived ? 1 : 0,
    probe: basis.probe ? 1 : 0,
  }
}

/** An attempt that nothing is known of but the event that names it. */
const unknown = ({ id, stream, revision, position, metadata }: Recorded): Attempt => ({
  attempt: id,
  link: linkOf(stream),
  granted_at: null,
  started_at: null,
  seen_at: null,
  seen_by: null,
  up_at: null,
  up_proof: null,
  settled_at: null,
  outcome: 'observed' satisfies Outcome,
  origin: null,
  code: null,
  reason: null,
  up_ms: null,
  evidence: 0,
  supervision: null,
  dialer: null,
  host: metadata.host,
  actor: metadata.actor,
  failures_before: null,
  waived: 0,
  probe: 0,
  revision,
  position,
})

const told = (one: Attempt, item: Recorded): Attempt => {
  const at = item.metadata.occurred.wall
  switch (item.type) {
    case 'DialStarted':
      return { ...one, started_at: one.started_at ?? at }
    case 'DialObserved':
      return { ...one, ...seen(item) }
    case 'AssociationOpened':
      return {
        ...one,
        up_at: one.up_at ?? at,
        up_proof: one.up_proof ?? item.data.proof,
        outcome: outcomeOf(one, 'up'),
      }
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
      // Evidence that comes late says that it was a dial after all (R8).
      return failedBy(one, item, one.outcome === 'not-started' ? 'failed' : null)
    case 'ConnectionOpenFailed':
      return settled(failedBy(one, item, null), item, 'failed')
    case 'DialNotStarted':
      return settled(withCode(one, item), item, one.evidence > 0 ? 'failed' : 'not-started')
    case 'DialAbandoned':
      return settled(one, item, 'abandoned')
    case 'AssociationEnded': {
      const { abnormal, upCs } = item.data
      const ended = abnormal ? failedBy(one, item, null) : withCode(one, item)
      const upMs = upCs === null ? null : 10 * upCs
      return settled({ ...ended, up_ms: upMs }, item, abnormal ? 'ended-abnormally' : 'ended')
    }
    default:
      return one
  }
}

/** What is settled stays so. */
const outcomeOf = (one: Attempt, outcome: Outcome): string =>
  one.settled_at === null ? outcome : one.outcome

const settled = (one: Attempt, item: Recorded, outcome: Outcome): Attempt =>
  one.settled_at === null
    ? {
        ...one,
        outcome,
        settled_at: item.metadata.occurred.wall,
        reason: 'reason' in item.data ? item.data.reason : one.reason,
      }
    : one

const failedBy = (one: Attempt, item: Recorded, outcome: Outcome | null): Attempt => ({
  ...withCode(one, item),
  evidence: Number(one.evidence) + 1,
  outcome: outcome ?? one.outcome,
})

const withCode = (one: Attempt, { data }: Recorded): Attempt => ({
  ...one,
  origin: 'origin' in data ? data.origin : one.origin,
  code: 'code' in data ? (data.code ?? one.code) : one.code,
})

type Observed = Recorded & { readonly type: 'DialObserved' }

const seen = ({ data, metadata }: Observed) => ({
  seen_at: metadata.stated ?? metadata.occurred.wall,
  seen_by: data.by,
})

/** The row that an item changed: of the attempt that it is about, or of a dial that nobody granted. */
const rowsOf = (recent: RecentAttempts, item: StreamItem): ReadonlyArray<Row> => {
  if (item.type === 'Unreadable') return []
  const isImport = item.metadata.source.kind === 'import'
  const id = item.type === 'DialAttempted' ? item.id : item.metadata.attempt
  const changed = isImport ? [] : recent.filter(({ attempt }) => attempt === id)
  return changed.length === 0 && item.type === 'DialObserved'
    ? [{ ...unknown(item), ...seen(item) }]
    : changed
}

/** Every dial: granted, started, seen, up, settled; intent beside effect. */
export const attempts: TableProjection<RecentAttempts> = {
  name: 'attempts',
  version: 1,
  initial: [],
  evolve,
  table,
  folds: isLinkStream,
  order: 'by-stream',
  rows: { each: 'item', rowsOf },
}
