import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const PROGRAM = 'dist/src/main.js'
const BUNDLE = 'dist/hot/program.js'

/** Scripts that the bundle starts; it looks for them where it lies. */
const SCRIPTS = ['guard.sh', 'launcher.sh']

/** What the bundle is made of besides the sources. */
export const BUNDLER = 'node_modules/esbuild/package.json'

/** Commands in the bundle; `src/start.ts` sends no other there. */
const HOT = ['dial', 'grant', 'settle', 'record']

/** The files that {@link bundle} makes of a project that has the sources for them. */
export const bundledFiles = (sources) =>
  SCRIPTS.every((script) => sources.includes(`src/adapters/linux/${script}`))
    ? [BUNDLE, ...SCRIPTS.map((script) => `dist/hot/${script}`)]
    : []

/**
 * Puts everything that the hot commands load into one file, from what the compiler made. Names and
 * lines stay as they are, so that a stack trace can be read. Packages with native parts stay outside,
 * and so do other commands.
 */
export const bundle = async (root, sources) => {
  if (bundledFiles(sources).length === 0) return
  // Only now: it may just have been installed.
  const { build } = await import('esbuild')
  mkdirSync(join(root, 'dist/hot'), { recursive: true })
  const fresh = `${BUNDLE}.new`
  await build({
    absWorkingDir: root,
    entryPoints: [PROGRAM],
    outfile: fresh,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['better-sqlite3', '@eventstore/db-client', ...coldCommands(sources)],
    logLevel: 'error',
  })
  renameSync(join(root, fresh), join(root, BUNDLE))
  for (const script of SCRIPTS) copyScript(root, script)
}

const coldCommands = (sources) =>
  sources
    .map((file) => /^src\/cli\/([a-z]+)\.ts$/.exec(file)?.[1])
    .filter((name) => name !== undefined && !HOT.includes(name))
    .map((name) => `./cli/${name}`)

// By rename: a shell reads its script while it runs it, so a copy in place would change a running one.
const copyScript = (root, script) => {
  const [from, to] = [join(root, 'dist/src/adapters/linux', script), join(root, 'dist/hot', script)]
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return
  rmSync(`${to}.new`, { force: true })
  copyFileSync(from, `${to}.new`)
  renameSync(`${to}.new`, to)
}
