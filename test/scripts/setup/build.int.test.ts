import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const project = join(__dirname, '../../..')

let root = ''

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const build = () => {
  const module = join(project, 'scripts/setup/build.mjs')
  const code = `import(${JSON.stringify(module)}).then(({ build }) => build(${JSON.stringify(root)}))`
  return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
}

// Built once; each test changes a copy of it.
const template = mkdtempSync(join(tmpdir(), 'build-'))

beforeAll(() => {
  root = template
  write('tsconfig.json', readFileSync(join(project, 'tsconfig.json'), 'utf8'))
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'))
  write('domain/one.ts', 'export const one = 1\n')
  write(
    'src/main.ts',
    "#!/usr/bin/env node\nimport { one } from '../domain/one'\nconsole.log(one)\n",
  )
  write('src/guard.sh', 'echo guard\n')
  expect(build()).toMatchObject({ status: 0 })
})

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'))
  cpSync(template, root, { recursive: true })
})

afterEach(() => rmSync(root, { recursive: true }))

afterAll(() => rmSync(template, { recursive: true }))

describe('the build', () => {
  it('puts what the hot commands load into one file, with the scripts that it starts', () => {
    for (const script of ['guard.sh', 'launcher.sh'])
      write(`src/adapters/linux/${script}`, 'echo it\n')
    expect(build()).toMatchObject({ status: 0 })
    rmSync(join(root, 'dist/domain'), { recursive: true })
    const hot = execFileSync(process.execPath, [join(root, 'dist/hot/program.js')])
    expect(hot.toString()).toBe('1\n')
    expect(readFileSync(join(root, 'dist/hot/launcher.sh'), 'utf8')).toBe('echo it\n')
    write('domain/one.ts', 'export const one = 2\n')
    expect(build()).toMatchObject({ status: 0 })
    expect(readFileSync(join(root, 'dist/hot/program.js'), 'utf8')).toContain('one = 2')
  })

  it('makes a main that runs, and takes along what is no TypeScript', () => {
    expect(execFileSync(join(root, 'dist/src/main.js'), { encoding: 'utf8' })).toBe('1\n')
    expect(readFileSync(join(root, 'dist/src/guard.sh'), 'utf8')).toBe('echo guard\n')
  })

  it('does nothing and says nothing when nothing changed', () => {
    const before = statSync(join(root, 'dist/.tsbuildinfo')).mtimeMs
    expect(build()).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(statSync(join(root, 'dist/.tsbuildinfo')).mtimeMs).toBe(before)
  })

  it('removes what no source stands behind any more', () => {
    write('src/main.ts', '#!/usr/bin/env node\nconsole.log(2)\n')
    rmSync(join(root, 'domain/one.ts'))
    rmSync(join(root, 'src/guard.sh'))
    expect(build()).toMatchObject({ status: 0 })
    expect(existsSync(join(root, 'dist/domain'))).toBe(false)
    expect(existsSync(join(root, 'dist/src/guard.sh'))).toBe(false)
    expect(execFileSync(join(root, 'dist/src/main.js'), { encoding: 'utf8' })).toBe('2\n')
  })

  it('makes again what somebody deleted', () => {
    rmSync(join(root, 'dist/domain/one.js'))
    expect(build()).toMatchObject({ status: 0 })
    expect(execFileSync(join(root, 'dist/src/main.js'), { encoding: 'utf8' })).toBe('1\n')
  })

  it('replaces a script instead of writing into it, since a shell may be reading it', () => {
    const before = statSync(join(root, 'dist/src/guard.sh')).ino
    write('src/guard.sh', 'echo another\n')
    expect(build()).toMatchObject({ status: 0 })
    expect(statSync(join(root, 'dist/src/guard.sh')).ino).not.toBe(before)
  })

  it('fails as often as it is asked while a source does not compile', () => {
    write('domain/one.ts', 'export const one: string = 1\n')
    const messages = [build(), build()].map(({ stderr }) => stderr)
    expect(messages).toEqual(Array(2).fill(expect.stringContaining('domain/one.ts(1,14)')))
  })
})
