export { initLedger, type InitializedLedger } from './init-ledger'
export type { OpenError } from './open-error'
export { openLedger, type LedgerAccess, type OpenedLedger, type OpenOptions } from './open-ledger'
