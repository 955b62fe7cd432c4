// Prints the sum of the totals in the named files as the last word of a CI run.
import { addTotals, readTotals, sayTotals } from './check/totals.mjs'

const totals = process.argv.slice(2).map(readTotals).reduce(addTotals)
process.stdout.write(`${sayTotals(totals)}\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
