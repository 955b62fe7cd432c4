import type { StreamItem } from '../domain/events'
import { isoOfMs } from '../domain/time'
import { cannotTellSentence } from './findings/cannot-tell-sentence'
import { findings } from './findings/findings'
import type { JudgedDial } from './findings/report'
import { isLinkStream, type RowOf, type TableProjection } from './table-projection'

const columns = {
  link: 'TEXT',
  computer: 'TEXT',
  id: 'TEXT',
  verdict: 'TEXT',
  reason: 'TEXT',
  dialed_after: 'TEXT?',
  dialed_before: 'TEXT',
  missing_sec: 'REAL?',
  missing_sec_max: 'REAL?',
  required_sec: 'REAL?',
  required_by: 'TEXT?',
  waited_sec_max: 'REAL?',
  retry_timer: 'TEXT?',
  window_opened_at: 'TEXT?',
  window_closes_at: 'TEXT?',
  opened_by: 'TEXT?',
  opened_by_type: 'TEXT?',
  cannot_tell_because: 'TEXT?',
  evidence: 'TEXT',
} as const

const table = {
  name: 'findings',
  columns,
  key: ['link', 'computer', 'id'],
  indexes: [
    ['verdict', 'dialed_before'],
    ['link', 'dialed_before'],
  ],
}

const rowOf = (dial: JudgedDial): RowOf<typeof columns> => ({
  link: dial.link,
  computer: dial.computer ?? '',
  id: dial.id,
  verdict: dial.verdict,
  reason: dial.reason,
  dialed_after: dial.loMs === null ? null : isoOfMs(dial.loMs),
  dialed_before: isoOfMs(dial.hiMs),
  missing_sec: dial.missingSec,
  missing_sec_max: dial.missingSecMax,
  required_sec: dial.requiredSec,
  required_by: dial.window?.requiredBy ?? null,
  waited_sec_max: dial.waitSec,
  retry_timer: dial.retryTimer,
  window_opened_at: dial.window?.openedAt ?? null,
  window_closes_at: dial.window?.closesAt ?? null,
  opened_by: dial.window?.openedBy.id ?? null,
  opened_by_type: dial.window?.openedBy.type ?? null,
  cannot_tell_because: dial.verdict === 'cannot-tell' ? cannotTellSentence(dial.reason) : null,
  evidence: JSON.stringify(dial.evidence.map(({ id }) => id)),
})

/**
 * Whether an item can change what is found about other links, too: policies, and records of logs and
 * watchers, which the audit reads together. A gate's own events are about their link alone.
 */
const concernsAll = (item: StreamItem): boolean => {
  if (!isLinkStream(item.stream)) return true
  if (item.type === 'Unreadable') return false
  const { source, attempt } = item.metadata
  return source.kind === 'import' || (source.kind === 'record' && attempt === undefined)
}

/** The verdict of the audit on each dial. Nothing is folded: the links that changed are judged anew. */
export const findingsTable: TableProjection<null> = {
  name: findings.name,
  version: findings.version,
  initial: null,
  evolve: () => null,
  table,
  folds: () => true,
  order: 'by-position',
  rows: { each: 'verdict', concernsAll, rowOf },
}
