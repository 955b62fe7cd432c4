export { testLedger, type TestLedger, type TestLedgerOptions } from './test-ledger'
export type { TestClock } from './test-clock'
