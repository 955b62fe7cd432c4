import { parseArgs } from 'node:util'
import { simulateRuns } from './simulate-runs'

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    counters: { type: 'boolean' },
    first: { type: 'boolean' },
  },
})

/** A whole number from an option; a mistake is told and ends this process with 64. */
const numberOf = (name: string, text: string): number => {
  if (/^\d+$/u.test(text)) return Number(text)
  process.stderr.write(`simulate: --${name} takes a whole number, not '${text}'\n`)
  return process.exit(64)
}

void simulateRuns({
  runs: numberOf('runs', values.runs ?? '2000'),
  seed: numberOf('seed', values.seed ?? '1'),
  listsCounters: values.counters === true,
  stopsAtOnce: values.first === true,
  say: (text) => process.stdout.write(text),
}).then((isGood) => {
  process.exitCode = isGood ? 0 : 1
})
