/** The rules that refuse a dial: R2, R3 to R9 and R16, and what a person said (R7, R12). */
const rules = [
  'ledger-unreadable',
  'held',
  'exhausted',
  'connected',
  'dialing',
  'lock-held',
  'dialer-still-running',
  'open-interval',
  'short-sessions',
  'normal-end',
  'not-started',
  'released-past',
  'site-released',
  'probe-interval',
  'limit',
]

/** What processes wait for: each of them was killed there. */
const awaits = [
  'a read',
  'an append',
  'a timer',
  'judge',
  'prepare',
  'guardUntil',
  'go',
  'outputEnded',
]

/** What must have happened at least once in many runs, or they prove less than they seem to. */
const wanted: ReadonlyArray<string> = [
  ...rules.map((rule) => `refused ${rule}`),
  ...awaits.flatMap((name) => [`crash before ${name}`, `crash after ${name}`]),
  'crash after exit',
  // R1: no answer, no dial; a repeated append; somebody else was faster.
  'gate AppendUncertain',
  'gate LedgerUnavailable',
  'gate AccessDenied',
  'store repeated',
  'store Conflict',
  'void grant',
  ...['unavailable', 'not-applied', 'answer-lost', 'applied-late', 'no-answer', 'torn', 'slow'].map(
    (fault) => `store ${fault}`,
  ),
  // R5: supervisors, guards, owners and leases end in every way.
  ...['alive', 'gone', 'held', 'unknown', 'leftover-ended', 'leftover-stuck'].map(
    (it) => `judged ${it}`,
  ),
  ...['supervisor-lost', 'lease-expired', 'owner-gone', 'owner-asks-again'].map(
    (reason) => `ended ${reason}`,
  ),
  ...['timeout', 'signal', 'exec', 'void', 'lease-lost', 'guard-lost', 'attempt-closed'].map(
    (origin) => `settled ${origin}`,
  ),
  'event DialAbandoned',
  'event LeaseRenewed',
  'left up',
  'left stuck',
  'followed a failed dialer',
  // R6, R7, R10, R12
  'success resets the count',
  'ended short-sessions',
  'ended normal-end',
  'granted as a probe',
  'granted after jitter',
  'granted in a waived window',
  'audit waived waived',
  'audit kept late-evidence',
  // R13 to R15
  'ages add up over boots',
  'ages add up over hosts',
  'container restart',
  'appended minutes late',
  'repeated evidence',
  'rejected',
  'event SourceRead',
  'folded from a snapshot',
  // R1, R5, R13 to R14 between hosts
  ...['told', 'silent', 'one-way'].map((how) => `an append while cut off: ${how}`),
  'cut off, and told LedgerUnavailable',
  'the answer to a third append lost',
  'a lease ended while another host waited for it',
  'a lease ran out after its dialer was ended',
  'granted on a clock 90 s apart',
  'reported late after another host abandoned it',
]

/** The interesting states that were never reached. */
export const missedCounters = (counts: ReadonlyMap<string, number>): ReadonlyArray<string> =>
  wanted.filter((name) => !counts.has(name))
