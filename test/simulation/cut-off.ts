import type { Machine } from './machines'
import { later, type VirtualTime } from './virtual-time'

/**
 * How a machine can be cut off from a ledger that others still reach: it is told so, it hears nothing, or what
 * it sends gets there and no answer comes back.
 */
export const cutOffs = ['told', 'silent', 'one-way'] as const

/** One of {@link cutOffs}. */
export type CutOff = (typeof cutOffs)[number]

/** The machines that are cut off, how, and until when. */
export type CutOffMachines = Map<Machine, { readonly how: CutOff; readonly untilMs: number }>

/** How a machine is cut off at the moment; null: it is not. */
export const cutOffOf = (
  machines: CutOffMachines,
  machine: Machine,
  { nowMs }: VirtualTime,
): CutOff | null => {
  const it = machines.get(machine)
  return it === undefined || it.untilMs <= nowMs ? null : it.how
}

/** How long somebody waits for an answer that does not come. */
const patienceMs = 20_000

/** What a request comes to where nobody answers, and where somebody says that it cannot be sent. */
export type Unanswered<A> = { readonly lost: A; readonly refused: A }

/** Sends a request of a machine on its way: it gets there and back, or what its cut-off makes of it. */
export const overTheNetwork = <A>(
  time: VirtualTime,
  how: CutOff | null,
  { lost, refused }: Unanswered<A>,
  perform: (answer: (value: A) => void) => void,
): ((answer: (value: A) => void) => void) => {
  const giveUp = (answer: (value: A) => void) => {
    later(time, null, patienceMs, () => answer(lost))
  }
  switch (how) {
    case null:
      return perform
    case 'told':
      return (answer) => answer(refused)
    case 'silent':
      return giveUp
    case 'one-way':
      return (answer) => perform(() => giveUp(answer))
  }
}
