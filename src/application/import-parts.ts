import type { EvidenceSpool } from '../ports/evidence-spool'
import type { LedgerParts } from './ledger-parts'

/** What importing needs of an opened ledger; a throw-away one in memory will do. */
export type ImportParts = Pick<LedgerParts, 'store' | 'clock' | 'host' | 'actor' | 'sleepMs'> & {
  /** Opens an empty spool, for one file. */
  readonly openSpool: () => EvidenceSpool
}
