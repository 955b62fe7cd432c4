// Runs the tests on the current LTS of Node, in a copy of the project: better-sqlite3 is built for
// one Node only, so sharing node_modules would break the other. Arguments go to jest.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Not 24.19.0 or later: an addon built with their headers aborts when V8 collects one of its objects
// (decision 27).
const LTS = '24.18.1'
const PACKAGE = `node-${process.platform}-${process.arch}`
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const main = () => {
  const node = fetchNode()
  const copy = mkdtempSync(join(tmpdir(), 'open-interval-lts-'))
  process.stdout.write(`test:lts: the tests on Node ${LTS}, in a copy\n`)
  try {
    copyProject(copy)
    const env = {
      ...process.env,
      PATH: [join(node, 'bin'), process.env['PATH']].join(delimiter),
      // The headers that came with this Node, whatever the user's npm points at.
      npm_config_nodedir: node,
    }
    const steps = [['scripts/setup.mjs'], ['scripts/test.mjs', ...process.argv.slice(2)]]
    const failed = steps.some((args) => !succeeds(join(node, 'bin/node'), args, { cwd: copy, env }))
    return failed ? 1 : 0
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Folder of a Node of that version, with `bin/node` and `include/`, fetched once. */
const fetchNode = () => {
  const home = join(ROOT, '.cache', `node-${LTS}`)
  const folder = join(home, 'node_modules', PACKAGE)
  if (existsSync(join(folder, 'bin/node'))) return folder
  process.stdout.write(`test:lts: fetching Node ${LTS}\n`)
  mkdirSync(home, { recursive: true })
  const args = ['install', '--prefix', home, '--no-save', '--no-package-lock', '--ignore-scripts']
  execFileSync('npm', [...args, '--no-audit', '--no-fund', `${PACKAGE}@${LTS}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return folder
}

// What is made from the sources is made anew there, with the other Node.
const MADE = ['.git', 'node_modules', 'dist', '.cache', 'coverage'].map((name) => join(ROOT, name))

const copyProject = (copy) =>
  cpSync(ROOT, copy, { recursive: true, filter: (source) => !MADE.includes(source) })

const succeeds = (node, args, options) =>
  spawnSync(node, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0

try {
  process.exitCode = main()
} catch (error) {
  process.stderr.write(`test:lts: ${error.message}\n`)
  process.exitCode = 1
}
