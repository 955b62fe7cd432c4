import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually'
import { newFolder, removeFolders } from '../support/gate-world'
import { builtMain, programOn, ran } from '../support/open-interval'
import { linkPackages } from '../support/link-packages'

afterAll(removeFolders)

const doc = readFileSync(join(__dirname, '../../docs/subscribe.md'), 'utf8')
const blocksOf = (language: string) =>
  [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gmu'))].map(
    ([, code = '']) => code,
  )

const folder = newFolder()
const store = join(folder, 'ledger.db')
const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, OPEN_INTERVAL_STORE: store }
writeFileSync(
  join(folder, 'open-interval'),
  `#!/bin/sh\nexec '${process.execPath}' '${builtMain}' "$@"\n`,
  { mode: 0o755 },
)
linkPackages(folder)

const shell = (script: string) => ran(['sh', '-c', script], { cwd: folder, env })

/** What a line prints that goes on until Ctrl-C, which comes once it has caught up. */
const interrupted = async (line: string): Promise<string> => {
  const child = spawn('sh', ['-c', `exec ${line}`], { cwd: folder, env, stdio: 'pipe' })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  const ended = once(child, 'close')
  await eventually(() => said.err.includes('caught up'))
  child.kill('SIGINT')
  await ended
  return said.out
}

const typesIn = (out: string): ReadonlyArray<string> =>
  out
    .trim()
    .split('\n')
    .map((line): string => JSON.parse(line).type)

describe('docs/subscribe.md', () => {
  it('makes a ledger with a failed dial in it', async () => {
    const { out, code } = await shell(blocksOf('sh')[0] ?? 'false')
    expect(out).toContain('the dialer failed with 1\n')
    expect(out).toMatch(/isp +waiting/u)
    expect(code).toBe(0)
  })

  it('follows from a shell, and goes on where it was ended', async () => {
    const [first = '', second = '', record = '', third = ''] = (blocksOf('sh')[1] ?? '').split('\n')
    expect(typesIn((await shell(first)).out)).toContain('ConnectionOpenFailed')
    expect(typesIn(await interrupted(second))).toContain('DialAttempted')
    expect((await shell(record)).code).toBe(0)
    expect(typesIn(await interrupted(third))).toEqual(['RasErrorOccurred'])
  })

  it('follows from a program, live, and goes on where it committed', async () => {
    const [program = '', own = ''] = blocksOf('js')
    expect(own).toContain('ledger.subscribe({ checkpoint })')
    writeFileSync(join(folder, 'program.mjs'), program)
    const subscribed = () => {
      const child = spawn(process.execPath, ['program.mjs'], { cwd: folder, env, stdio: 'pipe' })
      const said = { out: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said.out += text))
      return { child, said }
    }
    const live = subscribed()
    await eventually(() => live.said.out.includes('caught up\n'))
    expect(live.said.out).toContain('link-isp DialAttempted\n')
    await programOn(store)('record', 'isp', 'ras-error', '--code', '678')
    await eventually(() => live.said.out.endsWith('link-isp RasErrorOccurred\n'))
    // The page is told before it is committed: until then it may be told again.
    const kept = () => JSON.parse(readFileSync(join(folder, 'program.json'), 'utf8'))
    const [last = ''] = live.said.out.trim().split('\n').at(-1)?.split(' ') ?? []
    await eventually(() => kept().position === last)
    live.child.kill('SIGKILL')
    const next = subscribed()
    await eventually(() => next.said.out.includes('caught up\n'))
    expect(next.said.out).toBe('caught up\n')
    next.child.kill('SIGKILL')
  })
})
