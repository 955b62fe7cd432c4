import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as code from './support/tidy/code-rules'
import { projectFiles } from './support/tidy/project-files'
import type { FileRule } from './support/tidy/source-file'
import * as texts from './support/tidy/text-rules'
import * as trees from './support/tidy/tree-rules'

const lines = (count: number) => 'void 0\n'.repeat(count)

const inside = (body: string) => `/** Runs. */\nexport const run = () => {\n${body}}\n`

// In one piece these words would break the rules in this very file.
const whole = (pieces: string) => pieces.replaceAll('|', '')

const leftToDo = whole('// TO|DO later\n')

type Case = readonly [rule: FileRule, path: string, text: string]

const broken: ReadonlyArray<Case> = [
  [texts.filesAreShort, 'src/long.ts', lines(251)],
  [texts.filesAreShort, 'test/long.test.ts', lines(501)],
  [texts.linesEndWithLf, 'docs/a.md', 'one\r\ntwo\r\n'],
  [texts.noMachineIsNamed, 'docs/a.md', whole('see /|home/me/notes')],
  [texts.noMachineIsNamed, 'src/a.ts', whole("const folder = '/|root/project'")],
  [texts.noMachineIsNamed, 'package-lock.json', whole('"resol|ved": "x"')],
  [texts.noMachineIsNamed, '.npmrc', whole('registry|.example.org')],
  [texts.nothingIsLeftToDo, 'src/a.ts', leftToDo],
  [code.functionsAreShort, 'src/run.ts', inside(lines(39))],
  [code.functionsAreShort, 'src/run.ts', inside(`  return [].map(() => {\n${lines(39)}})\n`)],
  [code.exportsAreDocumented, 'src/a.ts', 'export const a = 1\n'],
  [code.exportsAreDocumented, 'src/a.ts', '// A.\nexport type A = 1\n'],
  [code.exportsAreDocumented, 'scripts/a.mjs', 'export function a() {}\n'],
  [code.filesAreNamedAfterTheirExport, 'src/is-following.ts', inside('')],
  [code.domainIsPlain, 'domain/a.ts', inside('throw new Error()\n')],
  [code.domainIsPlain, 'projections/a.ts', 'class A {}\n'],
  [code.testsAreNotLeftOut, 'test/a.test.ts', "it.only('a', run)"],
  [code.testsAreNotLeftOut, 'test/a.test.ts', "it.todo('a')"],
  [code.testsAreNotLeftOut, 'test/a.test.ts', "xit('a', run)"],
  [code.testsAreNotLeftOut, 'test/a.test.ts', 'const run = url ? describe : describe.skip'],
  [code.testsReadAsSentences, 'test/a.test.ts', "it('should be so', run)"],
  [code.testsReadAsSentences, 'test/a.test.ts', "describe.each(rows)('works with %s', run)"],
]

const kept: ReadonlyArray<Case> = [
  [texts.filesAreShort, 'src/long.ts', lines(250)],
  [texts.filesAreShort, 'domain/dialing.ts', lines(600)],
  [texts.filesAreShort, 'docs/long.md', lines(600)],
  [texts.linesEndWithLf, 'test/fixtures/nt.log', 'one\r\n'],
  [texts.noMachineIsNamed, 'docs/a.md', whole('~/|work/x, /var/lib/open-interval, $HOME/|work/x')],
  [texts.nothingIsLeftToDo, 'test/fixtures/nt.log', leftToDo],
  [code.functionsAreShort, 'src/run.ts', inside(lines(38))],
  [code.functionsAreShort, 'src/run.ts', inside(`const inner = () => {\n${lines(38)}}\n`)],
  [code.functionsAreShort, 'test/a.test.ts', inside(lines(60))],
  [code.exportsAreDocumented, 'src/a.ts', "const a = 1\nexport * from './b'\n"],
  [code.exportsAreDocumented, 'src/a.ts', '/** One. */\nexport const a = 1\n'],
  [code.filesAreNamedAfterTheirExport, 'src/run-once.ts', inside('')],
  [code.filesAreNamedAfterTheirExport, 'src/ras-error-data.ts', 'export const rasErrors = []\n'],
  [code.filesAreNamedAfterTheirExport, 'src/wire-cli.ts', 'export const wiredParts = []\n'],
  [code.filesAreNamedAfterTheirExport, 'src/time.ts', 'export type Time = 1\nexport const x = 1\n'],
  [code.domainIsPlain, 'src/a.ts', 'class A {}\nthrow new Error()\n'],
  [code.testsAreNotLeftOut, 'test/a.test.ts', "it.each([1])('a', run)\ntext.skip(1)\n"],
  [
    code.testsAreNotLeftOut,
    'test/a.test.ts',
    "const run = url ? describe : describe.skip\nconsole.warn('skipped: set URL')\n",
  ],
  [code.testsReadAsSentences, 'test/a.test.ts', "it('records a frameworks list', run)"],
]

describe('a rule over a file', () => {
  const nameOf = (rule: FileRule) =>
    Object.entries({ ...texts, ...code }).find(([, value]) => value === rule)?.[0]

  it.each(broken.map((one) => [nameOf(one[0]), ...one] as const))(
    'finds what breaks %s: %#',
    (_, rule, path, text) => {
      expect(rule({ path, text })).not.toEqual([])
    },
  )

  it.each(kept.map((one) => [nameOf(one[0]), ...one] as const))(
    'accepts what keeps %s: %#',
    (_, rule, path, text) => {
      expect(rule({ path, text })).toEqual([])
    },
  )

  it('is proven able to fail', () => {
    const rules = [...Object.values(texts), ...Object.values(code)].filter(
      (rule) => typeof rule === 'function',
    )
    expect(rules.filter((rule) => !broken.some(([proven]) => proven === rule))).toEqual([])
  })

  it('tells the line', () => {
    const file = { path: 'src/a.ts', text: '/** A. */\nexport const a = 1\nexport const b = 2\n' }
    expect(code.exportsAreDocumented(file)).toEqual([
      { path: 'src/a.ts', line: 3, why: 'b has no docblock' },
    ])
  })
})

describe('a rule over the tree', () => {
  it.each([
    [trees.filesAreKebabCase, 'src/isFollowing.ts'],
    [trees.filesAreKebabCase, 'test/a.spec.test.ts'],
    [trees.namesSaySomething, 'src/utils/dates.ts'],
    [trees.namesSaySomething, 'src/helper.ts'],
    [trees.testsMirrorTheTree, 'test/domain/gone.test.ts'],
    [trees.testsMirrorTheTree, 'test/policy/policy.test.ts'],
  ])('finds what breaks it: %#', (rule, path) => {
    expect(rule(['domain/policy.ts', path]).map((finding) => finding.path)).toEqual([path])
  })

  it.each([
    [trees.filesAreKebabCase, '.dependency-cruiser.cjs'],
    [trees.filesAreKebabCase, 'test/domain/policy.e2e.test.ts'],
    [trees.filesAreKebabCase, 'docs/README.md'],
    [trees.namesSaySomething, 'src/import/date-order.ts'],
    [trees.testsMirrorTheTree, 'test/domain/policy.int.test.ts'],
    [trees.testsMirrorTheTree, 'test/domain/policy-lint.test.ts'],
    [trees.testsMirrorTheTree, 'test/faults.e2e.test.ts'],
    [trees.testsMirrorTheTree, 'test/support/given.test.ts'],
  ])('accepts what keeps it: %#', (rule, path) => {
    expect(rule(['domain/policy.ts', path])).toEqual([])
  })
})

describe('the files of the project', () => {
  let root = ''

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidy-'))
    mkdirSync(join(root, 'node_modules'))
    writeFileSync(join(root, '.gitignore'), 'node_modules/\n')
    writeFileSync(join(root, 'new.ts'), '')
    writeFileSync(join(root, 'picture.png'), '\0')
    writeFileSync(join(root, 'node_modules/other.ts'), '')
  })

  afterEach(() => rmSync(root, { recursive: true }))

  const found = () =>
    projectFiles(root)
      .map(({ path }) => path)
      .sort()

  it('are all texts that are not made, in an unpacked copy', () => {
    expect(found()).toEqual(['.gitignore', 'new.ts'])
  })

  it('are those that git knows or would add, in a checkout', () => {
    execFileSync('git', ['init', '--quiet'], { cwd: root })
    writeFileSync(join(root, '.gitignore'), 'node_modules/\nignored.ts\n')
    writeFileSync(join(root, 'ignored.ts'), '')
    expect(found()).toEqual(['.gitignore', 'new.ts'])
  })
})
