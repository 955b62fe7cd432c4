import * as E from 'fp-ts/Either'
import { csOfSec } from '../../domain/time'
import type { Clock } from '../ports/clock'
import { sleepUntil } from './boot-sleep'
import type { GateError, Refused } from './gate'
import type { Stop } from './stop'

/** How to ask, and until which uptime a refusal is waited out; `waitsUntilCs` null: it is not. */
export type Ask<Grant> = {
  readonly request: () => Promise<E.Either<GateError, Grant | Refused>>
  readonly clock: Clock
  readonly waitsUntilCs: number | null
  /** Calls `wake` when the ledger may have changed; gives the function that stops it. */
  readonly changes: (wake: () => void) => () => void
  readonly stop: Stop
  /** Told of a refusal that is waited out, whenever its rules are others than before. */
  readonly onRefused: (refused: Refused) => void
}

/** Whether a refusal is waited out, and for how many seconds at most; null: for ever. */
export type Wait = { readonly maxSec: number | null } | null

/** The uptime until which a wait that begins now goes on; null: there is none. */
export const waitsUntilCsOf = (clock: Clock, wait: Wait): number | null => {
  if (wait === null) return null
  return wait.maxSec === null ? Infinity : clock.read().uptimeCs + csOfSec(wait.maxSec)
}

/** How long a wait lasts that time alone does not end, before the gate is asked again. */
const recheckCsMax = 6_000

/** The same for a lock, because no event tells that it was given back. */
const lockRecheckCs = 200

/** The least time between two questions, whatever wakes us. */
const pauseCsMin = 5
const changePauseCs = 100

/** Asks the gate; with `wait`, again and again until it grants, a signal comes or time is over. */
export const askForGrant = async <Grant extends { readonly _tag: 'Granted' }>(
  ask: Ask<Grant>,
): Promise<E.Either<GateError, Grant | Refused>> => {
  let told = ''
  for (;;) {
    const answer = await ask.request()
    if (E.isLeft(answer) || answer.right._tag === 'Granted') return answer
    const refused = answer.right
    const nowCs = ask.clock.read().uptimeCs
    const isOver = ask.waitsUntilCs === null || nowCs >= ask.waitsUntilCs
    if (isOver || ask.stop.requested() !== null) return answer
    const rules = refused.deniedBy.map(({ rule }) => rule).join()
    if (rules !== told) ask.onRefused(refused)
    told = rules
    await waitFor(ask, Math.min(ask.waitsUntilCs, nowCs + pauseCsOf(refused)))
    if (ask.stop.requested() !== null) return answer
  }
}

const pauseCsOf = ({ deniedBy, retryAfterSec }: Refused): number => {
  const untilCs = retryAfterSec === null ? recheckCsMax : csOfSec(retryAfterSec)
  const isLockOnly = deniedBy.every(({ rule }) => rule === 'lock-held')
  return Math.max(pauseCsMin, isLockOnly ? Math.min(untilCs, lockRecheckCs) : untilCs)
}

const waitFor = async (
  { clock, changes, stop }: Pick<Ask<unknown>, 'clock' | 'changes' | 'stop'>,
  untilCs: number,
): Promise<void> => {
  let [end, hasChanged]: [() => void, boolean] = [() => undefined, false]
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let stopChanges: () => void = () => undefined
  const changed = new Promise<void>((resolve) => {
    // Not at once: a busy ledger changes many times a second, mostly for other links.
    stopChanges = changes(() => {
      if (hasChanged) return
      hasChanged = true
      const pausedCs = clock.read().uptimeCs + changePauseCs
      void sleepUntil({ clock, untilCs: pausedCs, wakes: [ended] }).then(resolve)
    })
  })
  await sleepUntil({ clock, untilCs, wakes: [changed, stop.stopped] })
  stopChanges()
  end()
}
