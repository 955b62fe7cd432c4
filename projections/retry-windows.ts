import { compactDialing, evolveDialing } from '../domain/dialing-evolve'
import { initialDialing, type DialingState } from '../domain/dialing-state'
import type { Projection } from './projection'

/** The state of one link, folded from its stream. This is what the gate enforces. */
export const retryWindows: Projection<DialingState> = {
  name: 'retry-windows',
  version: 4,
  initial: initialDialing,
  evolve: evolveDialing,
  compact: compactDialing,
}
