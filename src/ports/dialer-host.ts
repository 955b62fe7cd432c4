import type * as E from 'fp-ts/Either'
import type { OwnerProcess } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'

/** Uptime, in centiseconds, at which a dialer gets TERM, and KILL if it is still there. */
export type Deadlines = { readonly termCs: number; readonly killCs: number }

/** What to start for an attempt, and how. */
export type DialerPlan = {
  readonly link: LinkId
  readonly attempt: string
  /** Path of the executable, then its arguments. */
  readonly command: readonly [file: string, ...args: ReadonlyArray<string>]
  /** Added to the environment of the supervisor. */
  readonly environment: Readonly<Record<string, string>>
  /** Whether the dialer holds the link's lock and its pipe counts: false for those that start daemons. */
  readonly ownDescriptorsCount: boolean
  /** Called with what the dialer writes; null: it writes where the supervisor does. */
  readonly onOutput: ((text: string, stream: string) => void) | null
  /** How long after TERM the guard sends KILL once the supervisor is gone, in centiseconds. */
  readonly graceCs: number
}

/** Why no dialer waits for its go line. */
export type HostError =
  { readonly _tag: 'LockHeld' } | { readonly _tag: 'CannotPrepare'; readonly why: string }

/** How the launcher took the go line. `NotLaunched`: it was gone before it could say. */
export type Launch =
  { readonly _tag: 'Launched' } | { readonly _tag: 'Void' } | { readonly _tag: 'NotLaunched' }

/** How the leader of the dialer's session ended; `notExecuted`: 126 or 127 when exec itself failed. */
export type DialerExit = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly notExecuted: number | null
  /** What a dialer that is a function of this process says itself; others have an exit code. */
  readonly said?: DialerSaid
}

/** An end in a dialer's own words. `started` false: nothing was dialed; `normal` counts after up. */
export type DialerSaid = {
  readonly started: boolean
  readonly normal: boolean
  readonly origin: string
  readonly code: number | null
  readonly reason: string
}

/** A dialer that waits for its go line, or runs; launcher, guard and lock are behind it. */
export interface SupervisedDialer {
  readonly supervisor: OwnerProcess
  readonly session: OwnerProcess
  /** Resolves to whether the guard has these deadlines (null: none) in force; replaces a dead guard. */
  readonly guardUntil: (deadlines: Deadlines | null) => Promise<boolean>
  /** Calls `lost` when a guard ended and could not be replaced. */
  readonly onGuardLost: (lost: () => void) => void
  /** Lets the dialer go. Only after the grant is durable (R1). */
  readonly go: (startByCs: number) => Promise<Launch>
  readonly exit: Promise<DialerExit>
  /** Whether nothing of the dialer is alive any more; meant for after {@link exit}. */
  readonly isGone: () => boolean
  /** Signals everything that is alive of the dialer. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Resolves when all output was seen, or cannot be waited for. */
  readonly outputEnded: () => Promise<void>
  /** Lets guard and launcher leave, and gives the lock back. Kills nothing. */
  readonly dismiss: () => void
}

/** Where dialers are started: takes the link's lock, leaves launcher and guard waiting. */
export interface DialerHost {
  readonly prepare: (plan: DialerPlan) => Promise<E.Either<HostError, SupervisedDialer>>
}
