import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Where the programs of administrators are, which a user's PATH may leave out. */
const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']

// The path of a program; null: it is not installed.
const programNamed = (name: string): string | null =>
  folders.map((folder) => join(folder, name)).find(isExecutable) ?? null

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What keeps a suite from running here, in words; null: nothing does. */
export const missingPrograms = (...names: ReadonlyArray<string>): string | null => {
  const missing = names.filter((name) => programNamed(name) === null)
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`
}

/** `describe`, or where a suite cannot run a skip that says on stderr why. */
export const describeUnless = (obstacle: string | null, name: string, suite: () => void): void => {
  if (obstacle !== null) process.stderr.write(`skipped: ${name}: ${obstacle}\n`)
  ;(obstacle === null ? describe : describe.skip)(name, suite)
}
