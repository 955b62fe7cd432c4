/**
 * What the command line exits with. 64 to 78 are those of sysexits.h; 126 and 127 are the shell's
 * (POSIX.1-2024, Shell Command Language 2.8.2).
 */
export const exitCodes = {
  ok: 0,
  /** The audit found what `--fail-on` names, or `status --fail-on` did. */
  found: 1,
  usage: 64,
  badInput: 65,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  /** Refused; time alone will allow it. */
  refused: 75,
  /** Refused; a person must act. */
  personMustAct: 77,
  badConfig: 78,
  notExecutable: 126,
  notFound: 127,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
