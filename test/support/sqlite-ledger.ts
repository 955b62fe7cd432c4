import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initLedger } from '../../src/adapters/sqlite/init-ledger'
import { openLedger, type OpenedLedger } from '../../src/adapters/sqlite/open-ledger'
import { rightOf } from './event-store-contract'
import { sealedEvent, uuidOf } from './sealed-events'

/** The id of every ledger that tests make. */
export const testLedgerId = uuidOf(0xabc)

/** What tests begin ledgers with. */
export const ledgerCreated = (ledgerId = testLedgerId) =>
  sealedEvent(0xfff, { type: 'LedgerCreated', data: `{"ledgerId":"${ledgerId}"}` })

/** A new folder under the system's own for temporary files, and the function that removes it. */
export const temporaryFolder = (
  base = tmpdir(),
): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(base, 'open-interval-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Where files are kept in memory, or what stands in for it: for tests that are not about disks. */
export const memoryFolder = (): string => {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}

/** Makes a ledger at a path and opens it. */
export const newLedger = async (path: string): Promise<OpenedLedger> => {
  await rightOf(initLedger(path, ledgerCreated()))
  return rightOf(openLedger(path))
}
