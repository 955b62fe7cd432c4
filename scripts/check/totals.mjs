import { readFileSync, writeFileSync } from 'node:fs'

/** The totals of one check. */
export const passedOne = { passed: 1, failed: 0, skipped: 0 }

/** The totals of one check that failed. */
export const failedOne = { passed: 0, failed: 1, skipped: 0 }

/** Both totals in one. */
export const addTotals = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})

/** The line that a run ends with. */
export const sayTotals = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

/** Hands the totals to whoever started us and named a file for them. */
export const writeTotals = (totals) => {
  const file = process.env['OPEN_INTERVAL_TOTALS']
  if (file) writeFileSync(file, JSON.stringify(totals))
}

/** The totals that a run left behind; a run that left none has failed. */
export const readTotals = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return failedOne
  }
}
