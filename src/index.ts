export { createLedger, type LedgerError } from './open-ledger'
export {
  openConnectionLedger as openLedger,
  type ConnectionLedger,
  type LibraryError,
  type LinkReport,
} from './connection-ledger'
export {
  auditFiles,
  type AuditFilesError,
  type AuditQuestion,
  type FilesAudit,
  type LogReadingOptions,
} from './audit-library'
export type { AuditReport } from './application/audit-report'
export type { ImportedLog } from './application/import-log-outcome'
export type { LinkChanged } from './application/change-link'
export type {
  AttemptReport,
  DialRequest,
  Gate,
  GateError,
  Granted,
  LastFailure,
  NotPrepared,
  PlannedGrant,
  Prepared,
  Refused,
} from './application/gate'
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
