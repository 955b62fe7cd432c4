import type { Liveness } from '../ports/liveness'
import type { LedgerParts } from './ledger-parts'

/** What a gate works on: its ledger, and what tells of the processes of this kernel. */
export type GateParts = { readonly parts: LedgerParts; readonly liveness: Liveness }
