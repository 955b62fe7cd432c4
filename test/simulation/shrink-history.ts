import { simulateHistory } from './simulate-history'
import type { History, Step } from './steps'

/** Most histories that are tried on the way to a shorter one. */
const triesMax = 400

/** The kind of a violation: its text without ids and numbers. */
const kindOf = (violation: string): string =>
  violation.replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+/gu, '#').slice(0, 60)

/** A history with fewer steps that goes wrong in the same way, by leaving out what can be left out. */
export const shrinkHistory = async (
  history: History,
  violations: ReadonlyArray<string>,
): Promise<History> => {
  const kinds = new Set(violations.map(kindOf))
  let [steps, tries]: [ReadonlyArray<Step>, number] = [history.steps, 0]
  const stillFails = async (fewer: ReadonlyArray<Step>): Promise<boolean> => {
    tries += 1
    const again = await simulateHistory({ ...history, steps: fewer })
    return again.violations.some((violation) => kinds.has(kindOf(violation)))
  }
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < steps.length && tries < triesMax;) {
      const fewer = without(steps, at, size)
      if (await stillFails(fewer)) steps = fewer
      else at += size
    }
  }
  return { ...history, steps }
}

/** Without some steps; the time that they took still passes. */
const without = (steps: ReadonlyArray<Step>, at: number, size: number): ReadonlyArray<Step> => {
  const gone = steps.slice(at, at + size).reduce((sum, step) => sum + step.afterMs, 0)
  return steps
    .map((step, index) => (index === at + size ? { ...step, afterMs: step.afterMs + gone } : step))
    .filter((_, index) => index < at || index >= at + size)
}
