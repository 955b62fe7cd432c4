import type { PolicyFields, RetryPolicy } from './policy'
import type { SourceReadData } from './source-read'
import type { ClockReading } from './time'

export type { SourceReadData } from './source-read'

/** The process that an unsupervised link belongs to, told apart from a later one with its pid. */
export type OwnerProcess = {
  readonly pid: number
  readonly startTicks: number
  readonly pidNamespace: string
}

/** How an attempt is looked after: to its end, until it is up, or by two calls from outside. */
export type Supervision = 'supervised' | 'oneshot' | 'grant'

/** What the gate knew and drew when it granted a dial, so that "why" needs no guess. */
export type GrantBasis = {
  /** Revisions of the last policy event in `site-policy` and in the link's stream; null: none. */
  readonly policy: { readonly site: string | null; readonly link: string | null }
  /** Id of the newest retry window seen, open or not; null when the link never failed. */
  readonly windowId: string | null
  readonly requiredSec: number
  readonly consecutiveFailures: number
  readonly jitterSec: number
  readonly waived: boolean
  readonly probe: boolean
}

/**
 * The grant: the durable permission to dial once, written by the gate alone. Its event id is the
 * attempt's id. `dialTimeoutSec`, `startWithinSec` and `leaseSec` hold for this attempt whatever
 * the policy says later (R5). `startByCs` is uptime of the clock of its `occurred` reading.
 */
export type DialAttempted = {
  readonly type: 'DialAttempted'
  readonly data: {
    readonly supervision: Supervision
    readonly dialer: string
    readonly dialTimeoutSec: number
    readonly startWithinSec: number
    readonly startByCs: number
    readonly leaseSec: number | null
    readonly redialsItself: boolean
    readonly owner: OwnerProcess | null
    readonly supervisor: OwnerProcess | null
    readonly session: OwnerProcess | null
    readonly basis: GrantBasis
  }
}

/** One rule that keeps a link from being dialed; `notBefore` null means that time does not help. */
export type Denial = { readonly rule: DenialRule; readonly notBefore: string | null }

/** The rules that can deny a dial, in descending precedence. */
export type DenialRule =
  | 'ledger-unreadable'
  | 'held'
  | 'exhausted'
  | 'connected'
  | 'dialing'
  | 'lock-held'
  | 'dialer-still-running'
  | 'open-interval'
  | 'short-sessions'
  | 'normal-end'
  | 'not-started'
  | 'released-past'
  | 'site-released'
  | 'probe-interval'
  | 'limit'

/** Evidence that says what failed: where it was seen, and the raw code if there is one. */
export type Evidence = { readonly origin: string; readonly code: number | null }

/**
 * Everything that can be in a ledger. These names and shapes are the storage format: version with
 * care; `docs/events.md` tells each one's meaning.
 *
 * Decisions that need the policy are stored with the fact they were taken on (`counts`, `window`,
 * `episode`), so that a fold of one stream gives the state and no policy can rewrite history.
 */
export type LedgerEvent =
  | { readonly type: 'LedgerCreated'; readonly data: { readonly ledgerId: string } }
  | {
      readonly type: 'RetryPolicyChanged'
      readonly data: {
        readonly set: PolicyFields
        readonly unset: ReadonlyArray<keyof RetryPolicy>
        readonly reason: string
        readonly effectiveFrom: string | null
      }
    }
  | DialAttempted
  | { readonly type: 'DialStarted'; readonly data: { readonly pid: number | null } }
  | {
      readonly type: 'DialObserved'
      readonly data: { readonly by: string; readonly endedAt: string | null }
    }
  | {
      readonly type: 'DialRefused'
      readonly data: {
        readonly deniedBy: ReadonlyArray<Denial>
        readonly retryAfterSec: number | null
      }
    }
  | {
      /** `counts`: this one counts toward exhaustion (R8: at most one an Open Interval). */
      readonly type: 'DialNotStarted'
      readonly data: Evidence & Unattempted & { readonly reason: string; readonly counts: boolean }
    }
  | { readonly type: 'RasErrorOccurred'; readonly data: Evidence & Unattempted }
  | { readonly type: 'ConnectionErrorOccurred'; readonly data: Evidence & Unattempted }
  | {
      readonly type: 'AssociationOpened'
      readonly data: {
        readonly proof: 'output' | 'exit' | 'alive' | 'record'
        readonly supervised: boolean
      }
    }
  | {
      /**
       * `upCs`: how long one clock proves that the link was up, in centiseconds; null: none does.
       * `resets`: it was up long enough to zero the failure count. `short`: a short session (R6).
       * `window`: what kind of window this end opens.
       */
      readonly type: 'AssociationEnded'
      readonly data: Evidence &
        Unattempted & {
          readonly abnormal: boolean
          readonly reason: string
          readonly upCs: number | null
          readonly resets: boolean
          readonly short: boolean
          readonly window: 'failure' | 'short-sessions' | 'normal-end' | 'none'
        }
    }
  | { readonly type: 'ConnectionOpenFailed'; readonly data: Evidence & Unattempted }
  | {
      readonly type: 'RetryDelayStarted'
      readonly data: {
        readonly seconds: number | null
        readonly candidates?: ReadonlyArray<string>
      }
    }
  | { readonly type: 'DialAbandoned'; readonly data: Record<string, never> }
  | { readonly type: 'LeaseRenewed'; readonly data: Record<string, never> }
  | {
      readonly type: 'WindowWaived'
      readonly data: { readonly windowId: string; readonly reason: string }
    }
  | { readonly type: 'LinkHeld'; readonly data: { readonly reason: string } }
  | {
      /** `past`: the revision up to which unreadable events are accepted (R16). */
      readonly type: 'LinkReleased'
      readonly data: { readonly reason: string; readonly past: string | null }
    }
  | { readonly type: 'SourceRead'; readonly data: SourceReadData }
  | {
      readonly type: 'ClockStepObserved'
      readonly data: {
        readonly record: number | null
        readonly from: string
        readonly to: string
        readonly stepSec: number
      }
    }

/**
 * Evidence without an attempt: `episode` names the window that it belongs to, null opens one of its
 * own (R7), absent on imported evidence, which never counts toward exhaustion. `candidates` are the
 * links that evidence without a name may belong to; such evidence is in a source's stream.
 */
export type Unattempted = {
  readonly episode?: string | null
  readonly candidates?: ReadonlyArray<string>
}

/** Who or what wrote an event down. Imports name the record that it was read from. */
export type EventSource =
  | { readonly kind: 'gate' }
  | { readonly kind: 'record' }
  | {
      readonly kind: 'import'
      readonly logId: string
      readonly fileHash: string
      readonly record: number
      readonly offset: number | null
      readonly computer: string | null
      /** The log itself counts the record no more: it was found beyond its bounds. */
      readonly recovered?: true
    }

/**
 * The envelope of an event. `occurred` is when the writer learned of the fact, `appended` when it
 * wrote it down; only `appended` proves age (R13). `stated` is the time that a source claims, ISO
 * 8601 UTC: it serves the audit (R15). `attempt` is the correlation id.
 */
export type Metadata = {
  readonly schema: 1
  readonly occurred: ClockReading
  readonly appended: ClockReading
  readonly host: string
  readonly stated?: string
  readonly source: EventSource
  readonly actor: string
  readonly attempt?: string
  readonly causation?: string
  /** How many events of the same append follow this one; absent on its last. */
  readonly more?: number
  readonly prev: string
}

/** An event with its envelope and its place, as read from a ledger. */
export type Recorded<E extends LedgerEvent = LedgerEvent> = E & {
  readonly id: string
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
  readonly metadata: Metadata
}

/** An event that is in a stream but cannot be understood; it makes the gate refuse (R16). */
export type UnreadableEvent = {
  readonly type: 'Unreadable'
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
  readonly problem: string
}

/** What a fold is fed: an event, or the place of one that could not be decoded. */
export type StreamItem = Recorded | UnreadableEvent

/** A decided event; the application adds the envelope, and an id by `idFrom` (`outcome`: v5). */
export type DraftEvent = LedgerEvent & {
  readonly attempt?: string
  readonly idFrom: 'random' | 'attempt' | 'outcome'
}

/** The stream of the ledger itself; begins with `LedgerCreated`. */
export const siteLedgerStream = 'site-ledger'

/** The stream of policy defaults. */
export const sitePolicyStream = 'site-policy'
