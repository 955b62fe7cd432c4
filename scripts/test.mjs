// The tests without the static checks: what a second Node has to pass. Arguments go to jest.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runJest } from './check/run-jest.mjs'
import { sayTotals, writeTotals } from './check/totals.mjs'

const totals = runJest(dirname(dirname(fileURLToPath(import.meta.url))), process.argv.slice(2))
writeTotals(totals)
process.stdout.write(`\n${sayTotals(totals)}\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
