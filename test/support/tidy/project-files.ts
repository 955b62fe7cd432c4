import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from './source-file'

const made = new Set(['.git', 'node_modules', 'dist', '.cache', 'coverage'])

/** The text files of the project: tracked or about to be, or all of an unpacked copy without git. */
export const projectFiles = (root: string): ReadonlyArray<SourceFile> =>
  (pathsByGit(root) ?? pathsByWalk(root))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'))

/** What git knows or would add; null: `root` is no checkout of its own. */
const pathsByGit = (root: string): ReadonlyArray<string> | null => {
  const git = (...args: ReadonlyArray<string>) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel').trim()) !== realpathSync(root)) return null
    return git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(root, path)))
  } catch {
    return null
  }
}

/** Every file but what is made from others. */
const pathsByWalk = (root: string): ReadonlyArray<string> =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => !made.has(entry.name))
    .flatMap((entry) => {
      if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : []
      return pathsByWalk(join(root, entry.name)).map((path) => `${entry.name}/${path}`)
    })
