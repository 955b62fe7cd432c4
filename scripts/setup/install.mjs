import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runWithHeartbeat } from './run-with-heartbeat.mjs'

const STAMP = 'node_modules/.open-interval-setup'
const PROBE = "new (require('better-sqlite3'))(':memory:').prepare('select 1').get()"

/** Installs what the lock file names and builds better-sqlite3, unless the stamp says it is there. */
export const install = async (root) => {
  const stamp = stampOf(root)
  if (readOr(join(root, STAMP), '') === stamp && canLoadSqlite(root)) return
  await installPackages(root)
  await buildSqlite(root)
  writeFileSync(join(root, STAMP), stamp)
}

// Everything that decides what is in node_modules. Of package.json only the fields that do: a
// changed script line must not cost two minutes.
const stampOf = (root) => {
  const { dependencies, devDependencies, overrides, allowScripts } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify([dependencies, devDependencies, overrides, allowScripts]))
    .update([process.versions.modules, process.platform, process.arch].join())
    .digest('hex')
}

const installPackages = async (root) => {
  const { code, output } = await runNpm(
    root,
    { title: 'installing the packages', usually: 'up to a minute' },
    { args: ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'] },
  )
  if (code === 0) return
  throw new Error(reasonOf(code, output) ?? `npm ci failed:\n${endOf(output)}`)
}

// A prebuilt binary may load on no machine like this one (its C library may be too old), so a
// second try compiles.
const buildSqlite = async (root) => {
  const task = {
    title: 'building better-sqlite3',
    usually: '1-2 minutes where it must be compiled',
  }
  const rebuild = ['rebuild', 'better-sqlite3', '--ignore-scripts=false']
  const first = await runNpm(root, task, { args: rebuild })
  if (first.code === 0 && canLoadSqlite(root)) return
  if (first.code !== 0) throw new Error(whyNotBuilt(first))
  const second = await runNpm(root, task, {
    args: rebuild,
    env: { npm_config_build_from_source: 'true' },
  })
  if (second.code !== 0) throw new Error(whyNotBuilt(second))
  const probe = probeSqlite(root)
  if (probe.status !== 0) throw new Error(`better-sqlite3 cannot be loaded:\n${probe.stderr}`)
}

const whyNotBuilt = ({ code, output }) => {
  const missing = missingBuildTools()
  if (missing.length > 0) {
    return (
      `there is no ready-made better-sqlite3 for Node ${process.version} on ${process.platform}-${process.arch}, ` +
      `and to compile it ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing. ` +
      'Install a C++ tool chain (Debian, Ubuntu: apt-get install python3 make g++) and run this again.'
    )
  }
  return reasonOf(code, output) ?? `better-sqlite3 could not be compiled:\n${endOf(output)}`
}

const missingBuildTools = () => {
  const absent = (command) => spawnSync(command, ['--version']).error !== undefined
  return [
    ...(absent('python3') && absent('python') ? ['python3'] : []),
    ...(absent('make') ? ['make'] : []),
    ...(absent(process.env['CXX'] ?? 'c++') && absent('g++') && absent('clang++') ? ['g++'] : []),
  ]
}

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/

const REASONS = [
  [
    NO_NETWORK,
    'the network is needed once, to fetch packages or the headers of Node, and it cannot be reached. ' +
      'Connect, or point npm at a registry or proxy that can (npm config set registry, https-proxy; ' +
      'nodedir for the headers), and run this again.',
  ],
  [/ENOSPC/, 'the disk is full. Make room (about 500 MB) and run this again.'],
  [
    /EACCES|EPERM|EROFS/,
    'this folder cannot be written to. Give yourself the right and run this again.',
  ],
  [/code EUSAGE/, 'package.json and package-lock.json disagree. Run `npm install` and this again.'],
]

const reasonOf = (code, output) => {
  if (code === 127) return 'npm is missing. Install it (it comes with Node) and run this again.'
  if (code === null) return 'it was interrupted. Run this again.'
  return REASONS.find(([pattern]) => pattern.test(output))?.[1]
}

const endOf = (output) => output.trimEnd().split('\n').slice(-20).join('\n')

// The npm that runs us, on the Node that runs us, or the binary is built for another one. Its log
// level is set because `npm --silent test` hands the silence down, and failures with it.
const runNpm = (root, task, { args, env = {} }) => {
  const { npm_execpath: npmCli = '' } = process.env
  const npm =
    /npm-cli\.[cm]?js$/.test(npmCli) && existsSync(npmCli) ? [process.execPath, npmCli] : ['npm']
  return runWithHeartbeat(task, [...npm, ...args, '--loglevel=warn'], {
    cwd: root,
    env: { ...process.env, ...env },
  })
}

const probeSqlite = (root) =>
  spawnSync(process.execPath, ['-e', PROBE], { cwd: root, encoding: 'utf8' })

const canLoadSqlite = (root) => probeSqlite(root).status === 0

const readOr = (file, otherwise) => (existsSync(file) ? readFileSync(file, 'utf8') : otherwise)
