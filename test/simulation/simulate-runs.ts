import { missedCounters } from './counters'
import { shrinkHistory } from './shrink-history'
import { simulateHistory } from './simulate-history'
import { historyOf, type History } from './steps'

/** Which histories are simulated, and where the result is told. */
export type SimulateRuns = {
  readonly runs: number
  readonly seed: number
  readonly listsCounters: boolean
  /** Whether the first failure is enough, and is not shrunk. */
  readonly stopsAtOnce: boolean
  readonly say: (text: string) => void
}

/** From how many runs on every interesting state must have been reached. */
const fullRuns = 2_000

const progressMs = 10_000

/** How many failing seeds are shrunk and told of before it stops. */
const failuresMax = 3

/** Simulates the histories of seeds that follow each other; gives whether nothing was wrong. */
export const simulateRuns = async (options: SimulateRuns): Promise<boolean> => {
  const { runs, seed, say } = options
  const counts = new Map<string, number>()
  const begunAt = Date.now()
  let [saidAt, failures, done] = [begunAt, 0, 0]
  for (; done < runs && failures < failuresMax; done += 1) {
    const history = historyOf(seed + done)
    const { violations, counts: its } = await simulateHistory(history)
    for (const [name, count] of its) counts.set(name, (counts.get(name) ?? 0) + count)
    if (violations.length > 0) {
      failures += 1
      const shrunk = options.stopsAtOnce ? history : await shrinkHistory(history, violations)
      say(failureText(history, violations, shrunk))
      if (options.stopsAtOnce) break
    }
    if (Date.now() - saidAt < progressMs) continue
    saidAt = Date.now()
    say(`simulate: ${done + 1} of ${runs} runs, ${rateText(done + 1, begunAt)}\n`)
  }
  const missed = runs >= fullRuns && failures === 0 ? missedCounters(counts) : []
  if (options.listsCounters) say(counterText(counts))
  for (const name of missed) say(`simulate: never reached: ${name}\n`)
  say(`simulate: ${done} runs from seed ${seed}, ${failures} failed, ${rateText(done, begunAt)}\n`)
  return failures === 0 && missed.length === 0
}

const rateText = (done: number, begunAt: number): string =>
  `${(done / Math.max(0.001, (Date.now() - begunAt) / 1000)).toFixed(1)} runs/s`

const counterText = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([first], [second]) => (first < second ? -1 : 1))
    .map(([name, count]) => `${String(count).padStart(9)}  ${name}\n`)
    .join('')

const failureText = (
  history: History,
  violations: ReadonlyArray<string>,
  shrunk: History,
): string => {
  const { steps, ...rest } = shrunk
  const lines = [
    `simulate: seed ${history.seed} goes wrong:`,
    ...violations.map((violation) => `  ${violation}`),
    `  replay: npm run simulate -- --runs 1 --seed ${history.seed}`,
    `  ${steps.length} of its ${history.steps.length} steps will do: ${JSON.stringify(rest)}`,
    ...steps.map((step) => `    ${JSON.stringify(step)}`),
  ]
  return `${lines.join('\n')}\n`
}
