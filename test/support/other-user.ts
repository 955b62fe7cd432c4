import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'

/** The user id of `nobody`, who owns nothing. */
export const nobody = 65_534

const root = join(__dirname, '../..')

/** Whether users who own nothing on the way may reach a path: each folder must let others through. */
const othersMayReach = (path: string): boolean => {
  if ((statSync(path).mode & 0o5) !== 0o5) return false
  return path === dirname(path) || othersMayEnter(dirname(path))
}

const othersMayEnter = (folder: string): boolean =>
  (statSync(folder).mode & 0o1) !== 0 &&
  (folder === dirname(folder) || othersMayEnter(dirname(folder)))

const removals: Array<() => void> = []

/** A temporary folder that every user may read, or null where there is none; {@link removeOthersFolders} removes it. */
export const folderForOthers = (): string | null => {
  const base = [tmpdir(), '/tmp', '/var/tmp'].find(othersMayEnter)
  if (base === undefined) return null
  const folder = mkdtempSync(join(base, 'open-interval-test-'))
  removals.push(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  return folder
}

/** Removes what {@link folderForOthers} gave to the tests of this file. */
export const removeOthersFolders = (): void => {
  for (const remove of removals.splice(0)) remove()
}

type Lock = { readonly packages: Readonly<Record<string, { readonly dev?: boolean }>> }

const packagesNeeded = (): ReadonlyArray<string> => {
  const { packages }: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true)
}

/**
 * The built program where every user may run it: in place, or a copy of it and of the packages that
 * it needs where the checkout lies in a private folder; null where even Node itself lies in one.
 */
export const programForOthers = (): string | null => {
  if (!othersMayReach(process.execPath)) return null
  const main = join(root, 'dist/src/start.js')
  if (othersMayEnter(dirname(main))) return main
  const folder = folderForOthers()
  if (folder === null) return null
  const sources = `${sep}better-sqlite3${sep}deps`
  for (const path of ['package.json', 'dist', ...packagesNeeded()]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (source) => !source.endsWith(sources) && basename(source) !== '.bin',
    })
  }
  return join(folder, 'dist/src/start.js')
}
