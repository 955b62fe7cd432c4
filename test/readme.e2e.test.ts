import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkPackages } from './support/link-packages'

const root = join(__dirname, '..')
const main = join(root, 'dist', 'src', 'start.js')

/** The worked example of the README: what stands between its two marks. */
const exampleOf = (readme: string): string =>
  /<!-- example -->\s*```sh\n(?<script>[^]*?)```\s*<!-- \/example -->/u.exec(readme)?.groups?.[
    'script'
  ] ?? ''

const runs = (script: string, folder: string) => {
  const command = join(folder, 'open-interval')
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 })
  return spawnSync('sh', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      OPEN_INTERVAL_STORE: join(folder, 'ledger.db'),
    },
  })
}

describe('the worked example of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-readme-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('refuses the second dial, grants the third, and is judged as kept', () => {
    const script = exampleOf(readFileSync(join(root, 'README.md'), 'utf8'))
    const { stdout, stderr, status } = runs(script, folder)
    expect(stdout).toContain('the dialer failed with 1\n')
    expect(stdout).toContain('refused with 75\n')
    expect(stdout).toMatch(/isp +waiting/u)
    expect(stdout).toContain('connected\n')
    expect(stdout).toContain('Dials judged: 2 (broken 0, kept 2')
    expect(stderr).toContain('isp: refused: open-interval')
    expect(status).toBe(0)
  })
})

describe('the library example of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-readme-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('fails where nobody listens, and is refused after that', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const [, code = ''] =
      /<!-- library example -->\s*```js\n([^]*?)```\s*<!-- \/library example -->/u.exec(readme) ??
      []
    linkPackages(folder)
    writeFileSync(join(folder, 'gateway.mjs'), code)
    const gateway = () =>
      runs(`open-interval init >&2 && '${process.execPath}' '${folder}/gateway.mjs'`, folder)
    expect(gateway()).toMatchObject({ stdout: 'Failed\n', status: 0 })
    expect(gateway()).toMatchObject({ stdout: 'Refused\n', status: 0 })
  })
})

describe('what npm start runs', () => {
  it('shows the storm, the refusal after the crash, the grant after the window, and the verdict', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'demo'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toContain('broken')
    expect(stdout).toContain('(killed after')
    expect(stdout).toContain('(exit code 75)')
    expect(stderr).toMatch(/isp: refused: dialing.*not before \d{4}-/u)
    expect(stdout).toContain('dialer: connected')
    expect(stdout).toContain('Dials judged: 2 (broken 0, kept 2')
    expect(stdout).toContain('What to try next')
    expect(status).toBe(0)
  })
})
