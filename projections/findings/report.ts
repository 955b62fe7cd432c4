/** What the audit says of one dial. `ungated`: seen, but never granted; it is not judged. */
export type Verdict = 'broken' | 'kept' | 'cannot-tell' | 'waived' | 'exempt' | 'ungated'

/** Where the length of a window was taken from. */
export type RequiredBy =
  | '--open-interval'
  | 'policy'
  | 'default-policy'
  | 'not-started-wait'
  | 'own-301'
  | 'link-301'
  | 'assumed'

/** Whether the retry timer of a window was started; `absent` is the signature of KB Q150927. */
export type RetryTimer = 'started' | 'absent' | 'not-logged'

/** Why a dial has the verdict it has; `wouldSettle` says what else must be known. */
export type ReasonCode =
  | 'inside-window'
  | 'window-over'
  | 'not-proven'
  | 'ledger-unreadable'
  | 'first-dial'
  | 'before-coverage'
  | 'clock-step'
  | 'dial-time-unknown'
  | 'dial-time-uncertain'
  | 'drop-or-redial'
  | 'unassigned-evidence'
  | 'episodes-may-be-one'
  | 'other-source'
  | 'too-many-readings'
  | 'waived'
  | 'exempt'
  | 'stale-policy'
  | 'late-evidence'
  | 'dial-observed'

/** One event that a finding rests on. */
export type EvidenceRow = {
  readonly id: string
  readonly type: string
  readonly origin: string
  readonly at: string
  readonly source: string
  readonly record: number | null
}

/** The retry window that a dial was judged against. */
export type WindowRow = {
  readonly openedAt: string
  readonly closesAt: string
  readonly requiredSec: number
  readonly requiredBy: RequiredBy
  readonly openedBy: { readonly id: string; readonly type: string; readonly at: string }
}

/**
 * One judged dial. `id` is the attempt's, or that of the first evidence it left. Kept dials are no
 * findings: they carry no evidence.
 */
export type JudgedDial = {
  readonly id: string
  readonly link: string
  readonly computer: string | null
  readonly verdict: Verdict
  /** Milliseconds; `lo` exclusive, null when nothing bounds it. */
  readonly loMs: number | null
  readonly hiMs: number
  readonly missingSec: number | null
  readonly missingSecMax: number | null
  readonly retryTimer: RetryTimer | null
  readonly window: WindowRow | null
  readonly evidence: ReadonlyArray<EvidenceRow>
  readonly reason: ReasonCode
  readonly requiredSec: number | null
  /** Longest time that can have passed between the window's last evidence and the dial. */
  readonly waitSec: number | null
}
