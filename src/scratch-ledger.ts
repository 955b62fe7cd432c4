import { memoryEvidenceSpool } from './adapters/memory/memory-evidence-spool'
import { memoryEventStore } from './adapters/memory/memory-event-store'
import type { ImportParts } from './application/import-parts'

/** A throw-away ledger in memory, on any platform: its own clock proves nothing. */
export const scratchLedger = (now: () => string): ImportParts => ({
  store: memoryEventStore(),
  clock: {
    read: () => ({
      bootId: 'scratch',
      boottimeOffset: '0',
      provider: 'none',
      uptimeCs: 0,
      wall: now(),
    }),
  },
  host: 'scratch',
  actor: 'audit',
  sleepMs: () => Promise.resolve(),
  openSpool: memoryEvidenceSpool,
})
