import type { ReasonCode } from './report'

/** Why nothing can be told of a dial, and what would settle it. */
const doubts: Partial<Readonly<Record<ReasonCode, readonly [why: string, settledBy: string]>>> = {
  'not-proven': [
    'no clock proves that the window was over, and none proves that it was not',
    'a clock that was read on both sides of the wait, or a policy that trusts the wall clock',
  ],
  'ledger-unreadable': [
    'an event before the dial cannot be read',
    'the missing event, from a copy of the ledger (see verify)',
  ],
  'first-dial': [
    'it is the first dial seen of this link, and nothing shows what went before it',
    'an earlier part of the log',
  ],
  'before-coverage': [
    'the log begins, or has a gap, less than one interval before the dial',
    'the part of the log before it, or the records that are missing',
  ],
  'clock-step': [
    'the clock was stepped between the window and the dial',
    'a record of the true time on both sides of the step, such as a phone bill',
  ],
  'dial-time-unknown': [
    'the log shows a failure, but no open failure that bounds when its dial began',
    'the time of the dial from elsewhere, such as a phone bill, or event 289 of the same failure',
  ],
  'dial-time-uncertain': [
    'the dial may have been made before the window closed or after it',
    'the time of the dial from elsewhere, such as a phone bill, or a shorter dial timeout',
  ],
  'drop-or-redial': [
    'an association ended before the open failed: that is one failed dial, or a drop and a redial',
    'the time of the dial from elsewhere, such as a phone bill',
  ],
  'unassigned-evidence': [
    'evidence that names no link may be about this one or about another',
    'a log that names the link, or an import with --link',
  ],
  'episodes-may-be-one': [
    'two failures are so close that they may be one dial',
    'the times of the dials from elsewhere, such as a phone bill',
  ],
  'other-source': [
    'evidence from another log, or from a gate, is too close to be told apart',
    'logs of one clock, or the times of the dials from elsewhere',
  ],
  'too-many-readings': [
    'too many records name no link: not every way to assign them was followed',
    'an import with --link, or a log that names the links',
  ],
}

/** A sentence for a dial of which nothing can be told; null for every other reason. */
export const cannotTellSentence = (reason: ReasonCode): string | null => {
  const doubt = doubts[reason]
  return doubt === undefined ? null : `${doubt[0]}; what would settle it: ${doubt[1]}`
}
