// Puts named faults into a copy of the code, one at a time, and demands that each turns its test
// red, and that the test is green without it. The faults are in test/faults/*.json; arguments select
// those whose name contains one of them.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const FAULTS = join(ROOT, 'test/faults')
const COPIED = ['domain', 'projections', 'src', 'test', 'package.json', 'tsconfig.json']

const main = () => {
  const wanted = process.argv.slice(2)
  const faults = allFaults().filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  )
  const copy = mkdtempSync(join(tmpdir(), 'open-interval-faults-'))
  try {
    copyProject(copy)
    const problems = [
      ...soundProblems(copy, faults),
      ...faults.flatMap((it) => problemOf(copy, it)),
    ]
    problems.forEach((problem) => process.stdout.write(`test:mutants: ${problem}\n`))
    const found = faults.length - problems.length
    process.stdout.write(`test:mutants: ${found} of ${faults.length} faults turn their test red\n`)
    return faults.length > 0 && problems.length === 0 ? 0 : 1
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const allFaults = () =>
  readdirSync(FAULTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(FAULTS, file), 'utf8')))

const copyProject = (copy) => {
  const configs = readdirSync(ROOT).filter((file) => file.startsWith('jest.config.'))
  for (const part of [...COPIED, ...configs].filter((it) => existsSync(join(ROOT, it)))) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/** Every test that a fault names must be there, and green as long as nothing is wrong. */
const soundProblems = (copy, faults) => {
  const tests = new Map(faults.map(({ test }) => [`${test.path}: ${test.name}`, test]))
  return [...tests].flatMap(([title, test]) => {
    const { passed, failed } = totalsOf(copy, test)
    return passed > 0 && failed === 0 ? [] : [`not green without any fault: ${title}`]
  })
}

const problemOf = (copy, { name, file, find, replace, test }) => {
  const path = join(copy, file)
  const sound = readFileSync(path, 'utf8')
  const places = sound.split(find).length - 1
  if (places !== 1) return [`${name}: ${file} has ${places} places like it, 1 wanted`]
  writeFileSync(
    path,
    sound.replace(find, () => replace),
  )
  try {
    const { failed } = totalsOf(copy, test)
    process.stdout.write(`${failed > 0 ? 'red   ' : 'MISSED'} ${name}\n`)
    return failed > 0 ? [] : [`MISSED by ${test.path} (${test.name}): ${name}`]
  } finally {
    writeFileSync(path, sound)
  }
}

/** How many tests of one file and name pattern pass and fail; a suite that cannot run has neither. */
const totalsOf = (copy, { path, name }) => {
  const jest = join(copy, 'node_modules/jest/bin/jest.js')
  const args = [jest, '--json', '--silent', '--runInBand', '--runTestsByPath', path, '-t', name]
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const from = stdout.indexOf('{')
  if (from === -1) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests } = JSON.parse(stdout.slice(from))
  return { passed: numPassedTests, failed: numFailedTests }
}

process.exitCode = main()
