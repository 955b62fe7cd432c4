import { isEpisodeEventType, placeOf, shapeOf, type EpisodeItem } from '../domain/episode'
import type { Recorded, StreamItem } from '../domain/events'
import {
  isLinkStream,
  linkOf,
  type Row,
  type RowOf,
  type TableProjection,
} from './table-projection'

const columns = {
  episode: 'TEXT',
  link: 'TEXT',
  attempt: 'TEXT?',
  source: 'TEXT',
  log: 'TEXT?',
  computer: 'TEXT?',
  first_at: 'TEXT',
  last_at: 'TEXT',
  evidence: 'INTEGER',
  origins: 'TEXT',
  code: 'INTEGER?',
  shape: 'TEXT',
  may_be_two: 'INTEGER',
  retry_timer_sec: 'INTEGER?',
  waived_at: 'TEXT?',
  waived_by: 'TEXT?',
  first_revision: 'INTEGER',
  last_revision: 'INTEGER',
  position: 'INTEGER',
} as const

const table = {
  name: 'episodes',
  columns,
  key: ['episode'],
  indexes: [['link', 'first_at'], ['attempt'], ['code']],
}

type Episode = {
  readonly row: RowOf<typeof columns>
  /** What tells whether the next record of a log is of the same failure. */
  readonly items: ReadonlyArray<EpisodeItem>
}

/** The newest episodes of a link, to which evidence may still be added. */
export type RecentEpisodes = ReadonlyArray<Episode>

/** How many episodes of a link are remembered. */
const recentMax = 8

/** What logs are read by: their policy is not known when they are folded. */
const grammar = { dialTimeoutMs: 120_000, resolutionMs: 1000 }

const evolve = (recent: RecentEpisodes, item: StreamItem): RecentEpisodes => {
  if (item.type === 'Unreadable') return recent
  if (item.type === 'WindowWaived') return recent.map((one) => waived(one, item))
  if (!isEvidence(item)) return recent
  const known = recent.find((one) => isOfEpisode(one, item))
  return known === undefined
    ? [...recent, begun(item)].slice(-recentMax)
    : recent.map((one) => (one === known ? extended(one, item) : one))
}

/** A retry timer is a piece of the episode that it follows; alone it is one, too. */
const isEvidence = (item: Recorded): boolean => {
  switch (item.type) {
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
    case 'ConnectionOpenFailed':
    case 'DialNotStarted':
    case 'DialAbandoned':
      return true
    case 'RetryDelayStarted':
      return item.metadata.source.kind === 'import'
    case 'AssociationEnded':
      return item.data.abnormal
    default:
      return false
  }
}

const isOfEpisode = ({ row, items }: Episode, item: Recorded): boolean => {
  const { source } = item.metadata
  if (source.kind !== 'import') return row.episode === episodeIdOf(item)
  const next = episodeItemOf(item)
  return row.log === source.logId && next !== null && placeOf(items, next, grammar) !== 'next'
}

/** Evidence is of the attempt that it carries, else of the window that it names, else its own. */
const episodeIdOf = ({ id, data, metadata }: Recorded): string => {
  if (metadata.source.kind === 'import') return id
  return metadata.attempt ?? ('episode' in data ? (data.episode ?? id) : id)
}

const episodeItemOf = ({ type, data, metadata }: Recorded): EpisodeItem | null =>
  isEpisodeEventType(type)
    ? {
        type,
        key: 'origin' in data ? data.origin : type,
        atMs: Date.parse(metadata.stated ?? metadata.appended.wall),
        epoch: 0,
      }
    : null

const begun = (item: Recorded): Episode => {
  const { source, attempt = null } = item.metadata
  const isImport = source.kind === 'import'
  const at = timeOf(item)
  return extended(
    {
      row: {
        episode: episodeIdOf(item),
        link: linkOf(item.stream),
        attempt: isImport ? null : attempt,
        source: source.kind,
        log: isImport ? source.logId : null,
        computer: isImport ? source.computer : null,
        first_at: at,
        last_at: at,
        evidence: 0,
        origins: '',
        code: null,
        shape: 'dial',
        may_be_two: 0,
        retry_timer_sec: null,
        waived_at: null,
        waived_by: null,
        first_revision: item.revision,
        last_revision: item.revision,
        position: item.position,
      },
      items: [],
    },
    item,
  )
}

const timeOf = ({ metadata }: Recorded): string => metadata.stated ?? metadata.occurred.wall

const extended = ({ row, items }: Episode, item: Recorded): Episode => {
  const { data } = item
  const next = episodeItemOf(item)
  const isDoubtful = row.log !== null && next !== null && placeOf(items, next, grammar) === 'either'
  const all = next === null ? items : [...items, next]
  const at = timeOf(item)
  const origin = 'origin' in data ? data.origin : item.type
  return {
    items: all,
    row: {
      ...row,
      first_at: at < row.first_at ? at : row.first_at,
      last_at: at > row.last_at ? at : row.last_at,
      evidence: Number(row.evidence) + 1,
      origins: row.origins === '' ? origin : `${row.origins} ${origin}`,
      code: 'code' in data ? (data.code ?? row.code) : row.code,
      shape: shapeNow(item, all),
      may_be_two: isDoubtful ? 1 : row.may_be_two,
      retry_timer_sec: item.type === 'RetryDelayStarted' ? item.data.seconds : row.retry_timer_sec,
      last_revision: item.revision,
      position: item.position,
    },
  }
}

/** `not-started` until there is other evidence; an abandoned attempt is a failed dial. */
const shapeNow = (item: Recorded, items: ReadonlyArray<EpisodeItem>): string => {
  if (items.length > 0) return shapeOf(items).kind
  return item.type === 'DialNotStarted' ? 'not-started' : 'dial'
}

const waived = (
  episode: Episode,
  { data, metadata }: Recorded & { readonly type: 'WindowWaived' },
): Episode =>
  episode.row.episode === data.windowId
    ? {
        ...episode,
        row: { ...episode.row, waived_at: metadata.appended.wall, waived_by: metadata.actor },
      }
    : episode

/** The row of the episode that an item was added to, or whose window it waived. */
const rowsOf = (recent: RecentEpisodes, item: StreamItem): ReadonlyArray<Row> => {
  if (item.type === 'Unreadable') return []
  const isChanged = ({ row }: Episode) =>
    item.type === 'WindowWaived'
      ? row.episode === item.data.windowId
      : isEvidence(item) && row.last_revision === item.revision
  return recent.filter(isChanged).map(({ row }) => row)
}

/** Every episode: all evidence of one failed dial, as gates, watchers and logs tell it. */
export const episodes: TableProjection<RecentEpisodes> = {
  name: 'episodes',
  version: 1,
  initial: [],
  evolve,
  table,
  folds: isLinkStream,
  order: 'by-stream',
  rows: { each: 'item', rowsOf },
}
