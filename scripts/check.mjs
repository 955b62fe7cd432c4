// The one gate: static checks two at a time, then the tests. Every check runs even if one before
// it failed, so that one run tells everything. Arguments go to jest, e.g. `npm test -- domain`.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runJest } from './check/run-jest.mjs'
import { addTotals, passedOne, failedOne, sayTotals, writeTotals } from './check/totals.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const SCRIPTS = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts
const PARALLEL_MAX = 2

// Scripts of package.json, so that each can be run alone as well. The slow ones first, so that the
// two lanes end together.
const CHECKS = ['lint', 'types', 'deps', 'format:check', 'unused']

/** Runs one static check; says `ok` or `FAILED` with everything that the tool had to say. */
const runCheck = (name) =>
  new Promise((resolve) => {
    const startedAt = Date.now()
    const child = spawn(SCRIPTS[name], {
      cwd: ROOT,
      env: {
        ...process.env,
        PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`,
      },
      shell: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('close', (code) => {
      const took = `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
      if (code !== 0) process.stdout.write(`FAILED  ${name} (${took})\n${output.trimEnd()}\n\n`)
      else process.stdout.write(`ok      ${name} (${took})\n`)
      resolve(code === 0 ? passedOne : failedOne)
    })
  })

const runChecks = async () => {
  const waiting = [...CHECKS]
  const results = []
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.push(await runCheck(next))
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_MAX }, lane))
  return results
}

const results = [...(await runChecks()), runJest(ROOT, process.argv.slice(2))]
const totals = results.reduce(addTotals)
writeTotals(totals)
process.stdout.write(`\n${sayTotals(totals)}\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
