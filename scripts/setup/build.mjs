import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { bundle, bundledFiles, BUNDLER } from './bundle.mjs'

const ROOTS = ['domain', 'projections', 'src']
const STAMP = 'dist/.sources'
const BUILD_INFO = 'dist/.tsbuildinfo'
const STARTED = ['dist/src/main.js', 'dist/src/start.js']

/**
 * Brings `dist/` in line with the sources: compiles what changed, copies what is no TypeScript
 * (shell scripts, data, pages) to the same place, removes what no source stands behind any more.
 */
export const build = async (root) => {
  const sources = ROOTS.flatMap((folder) => filesUnder(root, folder))
  const stamp = stampOf(root, sources)
  const outputs = new Set([...sources.flatMap(outputsOf), ...bundledFiles(sources)])
  const complete = [...outputs].every((file) => existsSync(join(root, file)))
  if (
    complete &&
    existsSync(join(root, STAMP)) &&
    readFileSync(join(root, STAMP), 'utf8') === stamp
  )
    return

  // The compiler remembers what it wrote, not what somebody deleted since.
  if (!complete) rmSync(join(root, BUILD_INFO), { force: true })
  rmSync(join(root, STAMP), { force: true })
  removeOrphans(root, outputs)
  compile(root)
  for (const file of sources.filter((file) => !file.endsWith('.ts'))) copyAsset(root, file)
  for (const file of STARTED) if (existsSync(join(root, file))) chmodSync(join(root, file), 0o755)
  await bundle(root, sources)
  writeFileSync(join(root, STAMP), stamp)
}

const filesUnder = (root, folder) => {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort()
}

const stampOf = (root, sources) =>
  ['tsconfig.json', 'node_modules/typescript/package.json', BUNDLER, ...sources]
    .reduce(
      (hash, file) => hash.update(`${file}\n`).update(readFileSync(join(root, file))),
      createHash('sha256'),
    )
    .digest('hex')

const outputsOf = (source) => {
  if (source.endsWith('.d.ts')) return []
  if (!source.endsWith('.ts')) return [join('dist', source)]
  const stem = join('dist', source.slice(0, -'.ts'.length))
  return [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`]
}

const removeOrphans = (root, outputs) => {
  for (const file of filesUnder(root, 'dist')) {
    if (file !== BUILD_INFO && !outputs.has(file)) rmSync(join(root, file))
  }
  removeEmptyFolders(join(root, 'dist'))
}

const removeEmptyFolders = (folder) => {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name))
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

const compile = (root) => {
  if (!ROOTS.some((folder) => filesUnder(root, folder).some((file) => file.endsWith('.ts')))) return
  process.stderr.write('setup: compiling the sources\n')
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', root], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0)
    throw new Error(`the sources do not compile. Correct this and run it again:\n${stdout}`)
}

// By rename: a shell reads its script while it runs it, so a copy in place would change a running one.
const copyAsset = (root, file) => {
  const [from, to] = [join(root, file), join(root, 'dist', file)]
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, `${to}.new`)
  renameSync(`${to}.new`, to)
}
