import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { newFolder, removeFolders } from './support/gate-world'

const root = join(__dirname, '..')

afterAll(removeFolders)

const runs = (command: string, args: readonly string[], cwd: string) => {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  return { out: stdout, err: stderr, status }
}

/** A folder where the packed package is installed beside what it needs, without any network. */
const installed = (): string => {
  const folder = newFolder()
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const { out } = runs('npm', pack, root)
  const home = join(folder, 'node_modules', 'open-interval')
  mkdirSync(home, { recursive: true })
  runs('tar', ['-xzf', join(folder, out.trim()), '--strip-components=1', '-C', home], folder)
  const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link)
  }
  return folder
}

/** A gateway of a user, typed strictly; the head is what differs between module systems. */
const gateway = (head: string) => `${head}

export const session = (over: Promise<void>): Guardable<string> => async ({ up, signal, attempt }) => {
  const reported = await up()
  if (reported._tag === 'NotUp') throw new Error(reported.why, { cause: signal.reason })
  await over
  return attempt
}

const textOf = (result: Awaited<ReturnType<typeof run>>): string => {
  switch (result._tag) {
    case 'Ended':
      return result.value.toUpperCase().length === 36 ? 'Ended' : 'no attempt'
    case 'Refused':
      return result.deniedBy.map(({ rule }) => rule).join()
    case 'Failed':
      return \`\${result.reason}: \${String(result.cause)}\`
    default:
      return result._tag
  }
}

const run = (ledger: ConnectionLedger) => ledger.guard('isp', session(Promise.resolve()))

const main = async (): Promise<void> => {
  const { ledger, clock } = await testLedger()
  const missing = await openLedger('missing.db')
  console.log(missing._tag === 'Ledger' ? missing.ledgerId : missing.why)
  console.log(textOf(await run(ledger)))
  clock.advance(1)
  for await (const message of ledger.subscribe({ types: ['AssociationEnded', 'DialAttempted'] })) {
    if (message._tag !== 'Page') break
    for (const event of message.events) {
      if (event.type === 'AssociationEnded') console.log(event.data.abnormal, event.revision)
      // @ts-expect-error: no event of another type can be among them.
      if (event.type === 'LinkHeld') console.log(event)
    }
  }
  const closed = await ledger.close()
  console.log(closed._tag)
}

void main()
`

const types = 'ConnectionLedger, type Guardable'
const esm = `import { openLedger, type ${types} } from 'open-interval'
import { testLedger } from 'open-interval/testing'`
const cjs = `import open = require('open-interval')
import testing = require('open-interval/testing')
const { openLedger } = open
const { testLedger } = testing
type ConnectionLedger = open.ConnectionLedger
type Guardable<Value> = open.Guardable<Value>`

/** One run of the compiler for both: it reads the types of Node and of every package each time. */
const compileMsMax = 240_000

describe('the packed package', () => {
  const folder = installed()

  it(
    'compiles strictly from ES modules and from CommonJS, its own types checked, too',
    () => {
      writeFileSync(join(folder, 'gateway.mts'), gateway(esm))
      writeFileSync(join(folder, 'gateway.cts'), gateway(cjs))
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const strict = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false']
      const modules = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node']
      const args = [tsc, ...strict, ...modules, 'gateway.mts', 'gateway.cts']
      expect(runs(process.execPath, args, folder)).toEqual({ out: '', err: '', status: 0 })
    },
    compileMsMax,
  )

  it.each(['gateway.mjs', 'gateway.cjs'])('runs as %s', (built) => {
    expect(runs(process.execPath, [built], folder)).toEqual({
      out: 'there is no ledger\nEnded\nfalse 3n\nClosed\n',
      err: '',
      status: 0,
    })
  })

  it('brings its documents and no tests', () => {
    const has = (path: string) =>
      runs('ls', [path], join(folder, 'node_modules/open-interval')).status === 0
    expect(
      ['docs/library.md', 'dist/src/testing.js', 'README.md'].filter((path) => !has(path)),
    ).toEqual([])
    expect(['test', 'bench', 'src'].filter(has)).toEqual([])
  })
})
