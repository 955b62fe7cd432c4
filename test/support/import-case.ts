import { isLeft } from 'fp-ts/Either'
import type { LedgerEvent, Recorded } from '../../domain/events'
import { decodeEvent } from '../../src/adapters/codec'
import { memoryEvidenceSpool } from '../../src/adapters/memory/memory-evidence-spool'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import { importLog, type ImportOptions } from '../../src/application/import-log'
import type { ImportParts } from '../../src/application/import-parts'
import { readEarlierImports } from '../../src/application/import-log-earlier'
import type { ImportOutcome } from '../../src/application/import-log-outcome'
import type { LogBytes } from '../../src/import/log-record'
import { assumedZone } from '../../src/import/log-zone'
import type { EventStore } from '../../src/ports/event-store'

/** Import options under which everything is found out. */
const foundOut: ImportOptions = {
  format: null,
  encoding: null,
  dateOrder: null,
  zone: assumedZone,
  link: null,
  source: null,
  isDryRun: false,
}

/** When the ledger of an {@link importCase} takes in what it is given. */
export const importedAt = '2026-03-01T12:00:00.000Z'

/** Import parts over a store, with a clock that stands still. */
export const importPartsOf = (store: EventStore): ImportParts => ({
  store,
  clock: {
    read: () => ({
      bootId: 'boot',
      boottimeOffset: '0',
      provider: 'kernel',
      uptimeCs: 100_000,
      wall: importedAt,
    }),
  },
  host: 'host',
  actor: 'tester',
  sleepMs: () => Promise.resolve(),
  openSpool: memoryEvidenceSpool,
})

/** A ledger in memory that logs are imported into. */
export type ImportCase = {
  readonly store: EventStore
  readonly run: (
    bytes: LogBytes,
    overrides?: Partial<ImportOptions>,
    file?: string,
  ) => Promise<ImportOutcome>
  /** Everything in the ledger but what a source says about its reading. */
  readonly evidence: () => Promise<ReadonlyArray<Recorded>>
  readonly ofType: <Type extends LedgerEvent['type']>(
    type: Type,
  ) => Promise<ReadonlyArray<Recorded<Extract<LedgerEvent, { readonly type: Type }>>>>
}

const allOf = async (store: EventStore): Promise<ReadonlyArray<Recorded>> => {
  const page = await store.readAll({ after: null, categories: null, limit: 1_000_000 })()
  if (isLeft(page)) throw new Error(page.left.why)
  return page.right.events.map((recorded) => {
    const event = decodeEvent(recorded)
    if (isLeft(event)) throw new Error(event.left.problem)
    return event.right
  })
}

/** Gives an empty ledger in memory to import logs into. */
export const importCase = (store: EventStore = memoryEventStore()): ImportCase => ({
  store,
  run: async (bytes, overrides = {}, file = 'some.log') => {
    const earlier = await readEarlierImports(store)
    if (isLeft(earlier)) throw new Error(earlier.left.why)
    const into = {
      parts: importPartsOf(store),
      earlier: earlier.right,
      options: { ...foundOut, ...overrides },
    }
    return importLog(into, { file, bytes })
  },
  evidence: async () => {
    const all = await allOf(store)
    return all.filter(({ type }) => type !== 'SourceRead' && type !== 'ClockStepObserved')
  },
  ofType: async (type) => {
    const all = await allOf(store)
    return all.filter((event): event is never => event.type === type)
  },
})
