import type { Figure } from './figure'
import type { WorkLedger } from './ledger/work-ledger'
import type { Rounds } from './rounds'

/** What a bench measures with. */
export type BenchRun = {
  /** How many events the cached ledger has, or a few more. */
  readonly events: number
  /** The cached ledger with so many events; nobody writes to it. */
  readonly ledgerOf: (events: number) => Promise<string>
  /** A copy of the ledger to be written to, the same for all benches of a run. */
  readonly work: () => Promise<WorkLedger>
  /** Rounds for what takes so many milliseconds: quick things are measured more often. */
  readonly roundsOf: (expectedMs: number) => Rounds
}

/** A bench: its name in `--only`, and the figures that it gives. */
export type Bench = {
  readonly name: string
  readonly run: (run: BenchRun) => Promise<ReadonlyArray<Figure>>
}
