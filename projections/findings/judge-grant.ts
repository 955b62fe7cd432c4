import type { FactOf } from './fact'
import type { LinkWindows, OpenWindow } from './grant-windows'
import { requiredWait, type RequiredWait, type WaitBasis } from './grant-waits'
import { passedAtMost, provenSince, type ReadingTrack } from './proven-spans'
import type { ReasonCode, Verdict } from './report'

/** How one window stands to a grant. Ages in centiseconds; `ageMaxCs` Infinity: nobody knows. */
export type WindowStanding = {
  readonly window: OpenWindow
  readonly required: RequiredWait
  readonly ageCs: number
  readonly ageMaxCs: number
  readonly reason: ReasonCode
}

/** What a grant's own evidence says of it; `decisive`: the window that decided, if there is any. */
export type GrantVerdict = {
  readonly verdict: Verdict
  readonly reason: ReasonCode
  readonly decisive: WindowStanding | null
  readonly standings: ReadonlyArray<WindowStanding>
}

/** A grant, its index in its stream, and what it is judged by. */
export type GrantCase = WaitBasis & {
  readonly index: number
  readonly track: ReadingTrack
  readonly windows: LinkWindows
}

/** Reasons by how much they weigh: the first that any window gives decides the verdict. */
const weights: ReadonlyArray<readonly [ReasonCode, Verdict]> = [
  ['inside-window', 'broken'],
  ['not-proven', 'cannot-tell'],
  ['waived', 'waived'],
  ['exempt', 'exempt'],
  ['stale-policy', 'kept'],
  ['window-over', 'kept'],
]

/** Judges a grant by the clock evidence in its link's stream (R13). */
export const judgeGrant = (grantCase: GrantCase): GrantVerdict => {
  const { windows, index, track } = grantCase
  const from = Math.min(index, ...windows.open.map((window) => window.index))
  const proven = provenSince(track, from, index)
  const standings = windows.open.map((window) =>
    standingOf(window, grantCase, proven[window.index - from] ?? 0),
  )
  if (windows.unreadable !== null) {
    const decisive = longestMissing(standings)
    return { verdict: 'cannot-tell', reason: 'ledger-unreadable', decisive, standings }
  }
  for (const [reason, verdict] of weights) {
    const decisive = longestMissing(standings.filter((standing) => standing.reason === reason))
    if (decisive !== null) return { verdict, reason, decisive, standings }
  }
  return { verdict: 'kept', reason: 'window-over', decisive: null, standings }
}

const missingCsOf = ({ required, ageCs }: WindowStanding): number => required.sec * 100 - ageCs

const longestMissing = (standings: ReadonlyArray<WindowStanding>): WindowStanding | null =>
  standings.reduce<WindowStanding | null>(
    (longest, standing) =>
      longest === null || missingCsOf(standing) >= missingCsOf(longest) ? standing : longest,
    null,
  )

const standingOf = (window: OpenWindow, grantCase: GrantCase, provenCs: number): WindowStanding => {
  const { grant, index, track, versions } = grantCase
  const required = requiredWait(window, grantCase)
  const policy = versions.findLast((version) => version.position < grant.position)?.policy
  const wallCs = policy?.wallClock === 'trusted' ? wallAgeCs(window, grant) : null
  const ageCs =
    (wallCs === null
      ? provenCs
      : Math.max(provenCs, wallCs - Math.ceil((policy?.clockSkewSec ?? 0) * 100))) - window.lessCs
  const ageMaxCs = passedAtMost(track, window.index, index) - window.lessCs
  return {
    window,
    required,
    ageCs,
    ageMaxCs,
    reason: reasonOf({ window, required, ageCs, ageMaxCs }, grantCase),
  }
}

/** Where the policy vouches for the wall clock, an import's stated time may serve too (R15). */
const wallAgeCs = ({ fact }: OpenWindow, grant: FactOf<'grant'>): number => {
  const statedMs = fact.source.kind === 'import' ? (fact.statedMs ?? Infinity) : Infinity
  return Math.floor((grant.appended.ms - Math.min(statedMs, fact.appended.ms)) / 10)
}

const reasonOf = (standing: Omit<WindowStanding, 'reason'>, { windows }: GrantCase): ReasonCode => {
  const { window, required, ageCs, ageMaxCs } = standing
  const isOver = (sec: number) => ageCs >= Math.ceil(sec * 100)
  if (isOver(required.secUnexempted)) return 'window-over'
  if (isOver(required.sec)) return 'exempt'
  if (windows.waived === window.windowId) return 'waived'
  if (isOver(required.secByBasis)) return 'stale-policy'
  return ageMaxCs < required.secByBasis * 100 ? 'inside-window' : 'not-proven'
}
