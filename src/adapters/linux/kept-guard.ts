import type { Deadlines } from '../../ports/dialer-host'
import { type Guard, type GuardSpawn, spawnGuard } from './spawn-guard'

/** A guard that is replaced when it ends; see `SupervisedDialer` for its functions. */
export type KeptGuard = {
  readonly guardUntil: (deadlines: Deadlines | null) => Promise<boolean>
  readonly onGuardLost: (lost: () => void) => void
  readonly dismiss: () => void
}

/** Guards tried in a row before there is none to be had. */
const triesMax = 3

/** Keeps one guard running until it is dismissed. A new one gets the deadlines in force (R5). */
export const keepGuard = (options: GuardSpawn): KeptGuard => {
  let guard: Guard | null = null
  let inForce: { readonly deadlines: Deadlines | null } | null = null
  let dismissed = false
  let lost: () => void = () => undefined
  const spawnNext = (): Guard | null => {
    const next = spawnGuard(options)
    void next?.ended.then(() => {
      if (guard === next) guard = null
      // Before there are deadlines nothing runs yet, and guardUntil will need a guard anyway.
      if (inForce !== null) void tellSome()
    })
    return next
  }
  const tellSome = async (): Promise<boolean> => {
    for (let tries = 0; tries < triesMax && !dismissed; tries += 1) {
      guard ??= spawnNext()
      if ((await guard?.tell(inForce?.deadlines ?? null)) === true) return true
    }
    if (!dismissed) lost()
    return false
  }
  guard = spawnNext()
  return {
    guardUntil: (deadlines) => {
      inForce = { deadlines }
      return tellSome()
    },
    onGuardLost: (callback) => {
      lost = callback
    },
    dismiss: () => {
      dismissed = true
      guard?.dismiss()
    },
  }
}
