import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addTotals, failedOne } from './totals.mjs'

const REPORT = '.cache/jest.json'

/** Runs jest in `root` on the Node that runs us; gives its totals. */
export const runJest = (root, args) => {
  const report = join(root, REPORT)
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...args],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const totals = totalsOf(report)
  // Jest can fail without a failed test: no test found, a worker that crashed.
  return status !== 0 && totals.failed === 0 ? addTotals(totals, failedOne) : totals
}

const totalsOf = (report) => {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'))
    return {
      passed: result.numPassedTests,
      // A suite that could not be loaded has no tests to count.
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    }
  } catch {
    return failedOne
  }
}
