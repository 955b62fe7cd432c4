export {
  createConnectionLedger as createLedger,
  openConnectionLedger as openLedger,
  type Audited,
  type ConnectionLedger,
  type CreatedLedger,
  type OpenOptions,
  type Status,
  type StatusOfAll,
} from './connection-ledger'
export type { LedgerError } from './open-ledger'
export type { LibraryError } from './library/library-error'
export type { Guardable, GuardOptions, NotAsked } from './library/guards'
export type { ClosedLedger, CloseOptions, OpenAttempt } from './library/close-ledger'
export type { Policies, PolicySetting, PolicyStands } from './library/policies'
export type { Done, LinkReport, Reason, Reports, Settling } from './library/reports'
export type { LiveTables } from './library/live-tables'
export type { Subscriptions } from './library/subscriptions'
export type { RowsView } from '../projections/operators/fold-rows'
export type { Row } from '../projections/table-projection'
export type {
  CheckpointStore,
  Committed,
  EventOf,
  EventType,
  LedgerMessage,
  LedgerPage,
  SubscribeError,
  SubscribeOptions,
} from './library/subscribe-messages'
export type { Checkpoint, CheckpointError } from './application/checkpoint'
export type { GuardedDial, UpReported } from './application/guard-call'
export type { EndRecorded, Guarded } from './application/guarded'
export { noDialTookPlace } from './application/call-failure'
export type { EndCause } from './application/dial-settlement'
export {
  auditFiles,
  type AuditFilesError,
  type AuditQuestion,
  type FilesAudit,
  type LogReadingOptions,
} from './audit-library'
export type { AuditReport } from './application/audit-report'
export type { ImportedLog } from './application/import-log-outcome'
export type { GateError, Granted, LastFailure, Refused } from './application/gate'
export type { StatusRow } from './application/status-row'
export { parseLinkId, type LinkId, type LinkIdError } from '../domain/link-id'
export { defaultPolicy, intervalSecOf, type PolicyFields, type RetryPolicy } from '../domain/policy'
export { lintPolicy, parsePolicyFields, type PolicyWarning } from '../domain/policy-rules'
export type {
  Denial,
  DenialRule,
  DialAttempted,
  LedgerEvent,
  Metadata,
  OwnerProcess,
  Recorded,
  Supervision,
} from '../domain/events'
export type { ClockReading } from '../domain/time'
