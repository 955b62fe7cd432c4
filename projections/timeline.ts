import type { Recorded, StreamItem } from '../domain/events'
import {
  isLinkStream,
  linkOf,
  type Row,
  type RowOf,
  type TableProjection,
} from './table-projection'

const columns = {
  position: 'INTEGER',
  stream: 'TEXT',
  link: 'TEXT?',
  revision: 'INTEGER',
  type: 'TEXT',
  at: 'TEXT?',
  appended_at: 'TEXT?',
  source: 'TEXT?',
  host: 'TEXT?',
  actor: 'TEXT?',
  attempt: 'TEXT?',
  origin: 'TEXT?',
  code: 'INTEGER?',
  summary: 'TEXT',
  event_id: 'TEXT?',
} as const

const table = {
  name: 'timeline',
  columns,
  key: ['position'],
  indexes: [['link', 'position'], ['at'], ['type', 'position']],
}

const rowOf = (item: StreamItem): RowOf<typeof columns> => {
  const { position, stream, revision, type } = item
  const link = isLinkStream(stream) ? linkOf(stream) : null
  if (item.type === 'Unreadable') {
    const none = { at: null, appended_at: null, source: null, host: null, actor: null }
    const nothing = { ...none, attempt: null, origin: null, code: null, event_id: null }
    const summary = `cannot be read: ${item.problem}`
    return { position, stream, link, revision, type, ...nothing, summary }
  }
  const { data, metadata, id } = item
  return {
    position,
    stream,
    link,
    revision,
    type,
    at: metadata.stated ?? metadata.occurred.wall,
    appended_at: metadata.appended.wall,
    source: metadata.source.kind,
    host: metadata.host,
    actor: metadata.actor,
    attempt: item.type === 'DialAttempted' ? id : (metadata.attempt ?? null),
    origin: 'origin' in data ? data.origin : null,
    code: 'code' in data ? data.code : null,
    summary: summaryOf(item),
    event_id: id,
  }
}

/** What happened, in a few words. */
const summaryOf = (item: Recorded): string => {
  switch (item.type) {
    case 'LedgerCreated':
      return 'the ledger was created'
    case 'RetryPolicyChanged':
      return `policy changed: ${item.data.reason}`
    case 'DialAttempted':
      return `dial granted to ${item.data.dialer} (${item.data.supervision})`
    case 'DialStarted':
      return 'the dialer was let go'
    case 'DialObserved':
      return `a dial was seen by ${item.data.by}`
    case 'DialRefused':
      return `refused by ${item.data.deniedBy.map(({ rule }) => rule).join(', ')}`
    case 'LinkHeld':
      return `held: ${item.data.reason}`
    case 'LinkReleased':
      return `released: ${item.data.reason}`
    case 'WindowWaived':
      return `window waived: ${item.data.reason}`
    case 'LeaseRenewed':
      return 'lease renewed'
    case 'SourceRead':
      return `${item.data.records} records of ${item.data.file} were read`
    case 'ClockStepObserved':
      return `a clock was stepped by ${item.data.stepSec} s`
    default:
      return evidenceSummaryOf(item)
  }
}

type Other = Exclude<
  Recorded['type'],
  | 'LedgerCreated'
  | 'RetryPolicyChanged'
  | 'DialAttempted'
  | 'DialStarted'
  | 'DialObserved'
  | 'DialRefused'
  | 'LinkHeld'
  | 'LinkReleased'
  | 'WindowWaived'
  | 'LeaseRenewed'
  | 'SourceRead'
  | 'ClockStepObserved'
>

const evidenceSummaryOf = (item: Extract<Recorded, { readonly type: Other }>): string => {
  switch (item.type) {
    case 'DialNotStarted':
      return `never dialed: ${item.data.reason}`
    case 'RasErrorOccurred':
      return `RAS error${codeOf(item.data)}`
    case 'ConnectionErrorOccurred':
      return `connection error${codeOf(item.data)}`
    case 'AssociationOpened':
      return `up, by proof ${item.data.proof}`
    case 'AssociationEnded':
      return `${item.data.abnormal ? 'broke off' : 'ended'}: ${item.data.reason}`
    case 'ConnectionOpenFailed':
      return `could not be opened${codeOf(item.data)}`
    case 'RetryDelayStarted':
      return `retry timer started${item.data.seconds === null ? '' : ` for ${item.data.seconds} s`}`
    case 'DialAbandoned':
      return 'abandoned: nothing settled it by its dial timeout'
  }
}

const codeOf = ({ code }: { readonly code: number | null }): string =>
  code === null ? '' : ` ${code}`

/** Everything that happened, one row an event, in the order of the ledger. */
export const timeline: TableProjection<null> = {
  name: 'timeline',
  version: 1,
  initial: null,
  evolve: () => null,
  table,
  folds: () => true,
  order: 'by-position',
  rows: { each: 'item', rowsOf: (_state, item): ReadonlyArray<Row> => [rowOf(item)] },
}
