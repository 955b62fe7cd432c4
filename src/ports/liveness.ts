import type { LinkId } from '../../domain/link-id'
import type { OwnerProcess, Supervision } from '../../domain/events'
import type { ClockReading } from '../../domain/time'

/** What is needed to find out whether an unsettled attempt still has a living process. */
export type AttemptTraces = {
  readonly attempt: string
  readonly supervision: Supervision
  readonly dialer: string
  readonly supervisor: OwnerProcess | null
  readonly session: OwnerProcess | null
  readonly owner: OwnerProcess | null
  /** The clock reading of the grant: it names the boot and the host that the attempt runs on. */
  readonly granted: ClockReading
  readonly host: string
  /** Whether the attempt is recorded as up. */
  readonly up: boolean
  /** As its grant states it: the time between TERM and KILL for a leftover is a quarter of it. */
  readonly dialTimeoutSec?: number
}

/**
 * What this kernel can tell of an unsettled attempt (R5).
 *
 * - `alive`: it is looked after (its supervisor or, unsupervised, its owner lives).
 * - `gone`: supervisor, guard and dialer are no more, or its boot is over.
 * - `leftover-ended`: nobody looked after it any more; what was alive of it has been ended just now.
 * - `leftover-stuck`: nobody looks after it, and what is alive of it could not be ended.
 * - `held`: the link's lock is held on this kernel, and whether by its supervisor or by what is left of
 *   it cannot be told from this namespace.
 * - `unknown`: it belongs to another kernel, or cannot be judged from this namespace.
 */
export type Judgement = 'alive' | 'gone' | 'leftover-ended' | 'leftover-stuck' | 'held' | 'unknown'

/**
 * Judges unsettled attempts by the link's lock and the processes of this kernel.
 *
 * A supervisor may record that the link is up, or its end, and leave after the attempt was read and
 * before it is looked for. So `isAsRead` is asked after it was seen gone and before anything is ended;
 * `outdated`: the ledger says otherwise by now, and nothing was done.
 */
export interface Liveness {
  readonly judge: (
    link: LinkId,
    attempt: AttemptTraces,
    isAsRead: () => Promise<boolean>,
  ) => Promise<Judgement | 'outdated'>
}
