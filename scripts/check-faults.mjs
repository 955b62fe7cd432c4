// Puts named faults into a copy of the code, one at a time, and demands that each turns its test
// red, and that the test is green without it. A fault names a test, or how many runs of the
// simulator must find it. The faults are in test/faults/*.json; arguments select those whose name
// contains one of them.
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
  const finders = new Map(faults.map((fault) => [titleOf(fault), fault]))
  return [...finders].flatMap(([title, fault]) => {
    const { passed, failed } = totalsOf(copy, fault)
    return passed > 0 && failed === 0 ? [] : [`not green without any fault: ${title}`]
  })
}

const titleOf = ({ test, simulation }) =>
  test === undefined
    ? `${simulation.runs} simulated runs from seed ${simulation.seed}`
    : `${test.path} (${test.name})`

const problemOf = (copy, fault) => {
  const { name, file, find, replace } = fault
  const path = join(copy, file)
  const sound = readFileSync(path, 'utf8')
  const places = sound.split(find).length - 1
  if (places !== 1) return [`${name}: ${file} has ${places} places like it, 1 wanted`]
  writeFileSync(
    path,
    sound.replace(find, () => replace),
  )
  try {
    const { failed } = totalsOf(copy, fault)
    process.stdout.write(`${failed > 0 ? 'red   ' : 'MISSED'} ${name}\n`)
    return failed > 0 ? [] : [`MISSED by ${titleOf(fault)}: ${name}`]
  } finally {
    writeFileSync(path, sound)
  }
}

const totalsOf = (copy, { test, simulation }) =>
  test === undefined ? simulationOf(copy, simulation) : testsOf(copy, test)

/** What the simulator prints when it found something, and not when it could not run. */
const FOUND = / goes wrong:$/mu

/** Whether simulated runs find anything wrong, as the totals of one test. */
const simulationOf = (copy, { runs, seed }) => {
  const loader = join(copy, 'test/support/processes/load-typescript.cjs')
  const simulator = join(copy, 'test/simulation/simulate.ts')
  const args = ['--require', loader, simulator, '--first', '--runs', runs, '--seed', seed]
  const { status, stdout } = spawnSync(process.execPath, args.map(String), {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { passed: status === 0 ? 1 : 0, failed: FOUND.test(stdout) ? 1 : 0 }
}

/** How many tests of one file and name pattern pass and fail; a suite that cannot run has neither. */
const testsOf = (copy, { path, name }) => {
  const jest = join(copy, 'node_modules/jest/bin/jest.js')
  // A test that waits in vain may leave what keeps the process from ending.
  const options = ['--json', '--silent', '--runInBand', '--forceExit']
  const args = [jest, ...options, '--runTestsByPath', path, '-t', name]
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
