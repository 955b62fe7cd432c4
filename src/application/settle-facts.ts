import type { RecordedFact } from '../../domain/dialing'

/** The outcomes by which whoever asked for a grant settles it, and what each records. */
export const settleFacts = {
  up: 'up',
  down: 'down',
  failed: 'open-failed',
  'not-started': 'not-started',
} as const satisfies Record<string, RecordedFact['fact']>

/** One of {@link settleFacts}. */
export type SettleOutcome = keyof typeof settleFacts

/** Whether a text is an outcome. */
export const isSettleOutcome = (text: string): text is SettleOutcome =>
  Object.hasOwn(settleFacts, text)
