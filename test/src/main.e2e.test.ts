import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { newFolder, removeFolders } from '../support/gate-world'
import { builtMain, programOn, ran } from '../support/open-interval'
import {
  folderForOthers,
  nobody,
  programForOthers,
  removeOthersFolders,
} from '../support/other-user'

afterAll(() => {
  removeFolders()
  removeOthersFolders()
})

const isRoot = process.getuid?.() === 0

const newLedger = async (): Promise<{ readonly path: string } & ReturnType<typeof running>> => {
  const path = join(newFolder(), 'ledger.db')
  const program = running(path)
  expect((await program.run('init')).code).toBe(0)
  return { path, ...program }
}

const running = (path: string) => ({ run: programOn(path) })

const commands =
  'init dial grant settle record status explain policy waive hold release import audit events doctor'.split(
    ' ',
  )

describe('the program', () => {
  it('grants, settles, refuses, explains, holds and releases', async () => {
    const { run } = await newLedger()
    const granted = await run('grant', 'isp', '--owner', String(process.pid), '--json')
    expect(granted).toMatchObject({ code: 0, err: '' })
    const { attempt } = granted.json()
    const settled = await run('settle', 'isp', 'failed', '--attempt', attempt, '--code', '629')
    expect(settled.code).toBe(0)
    const refused = await run('grant', 'isp', '--json')
    expect(refused.code).toBe(75)
    expect(refused.json().retryAfterSec).toBeGreaterThan(500)
    expect((await run('explain', 'isp')).out).toContain('ConnectionOpenFailed record 629')
    expect((await run('hold', 'isp', '--reason', 'bill')).code).toBe(0)
    expect((await run('grant', 'isp')).code).toBe(77)
    expect((await run('status', '--fail-on', 'held')).code).toBe(1)
    expect((await run('release', 'isp', '--reason', 'paid')).code).toBe(0)
    expect((await run('grant', 'isp')).code).toBe(75)
    expect((await run('status', '--json')).json().links).toMatchObject([{ phase: 'waiting' }])
  })

  it('creates a ledger only with init, and finds it again', async () => {
    const folder = newFolder()
    const path = join(folder, 'state', 'ledger.db')
    const { run } = running(path)
    const created = (await run('init', '--json')).json()
    expect(created).toMatchObject({ store: `sqlite:${path}`, created: true })
    expect((await run('init', '--json')).json()).toEqual({ ...created, created: false })
    expect((await run('status', '--json')).json().ledgerId).toBe(created.ledgerId)
  })

  it('exits 69 on a missing ledger with the line to type, and makes none (G24)', async () => {
    const folder = newFolder()
    const { run } = running(join(folder, 'typo', 'ledger.db'))
    for (const args of [['status'], ['grant', 'isp'], ['record', 'isp', 'ras-error']]) {
      const { code, err, out } = await run(...args)
      expect({ code, out }).toEqual({ code: 69, out: '' })
      expect(err).toContain('open-interval init --store')
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('exits 69 where a ledger was, and makes no fresh one', async () => {
    const { path, run } = await newLedger()
    for (const file of readdirSync(dirname(path))) {
      if (!file.endsWith('.id')) execFileSync('rm', ['-r', join(dirname(path), file)])
    }
    const { code, err } = await run('grant', 'isp')
    expect(code).toBe(69)
    expect(err).toContain('mount its disk or restore it')
    expect((await run('init')).code).toBe(69)
    expect(existsSync(path)).toBe(false)
  })

  it('takes the store from the option before the environment, and knows its names', async () => {
    const { path } = await newLedger()
    const elsewhere = programOn('/nowhere/ledger.db')
    for (const store of [path, `sqlite:${path}`]) {
      const { code, json } = await elsewhere('status', '--json', '--store', store)
      expect(code).toBe(0)
      expect(json().store).toBe(`sqlite:${path}`)
    }
    const byState = { STATE_DIRECTORY: `${dirname(path)}:/other`, OPEN_INTERVAL_STORE: '' }
    expect((await programOn('', { env: byState })('status')).code).toBe(0)
    expect((await elsewhere('status', '--store', 'esdb://localhost:1')).code).toBe(69)
    expect((await elsewhere('status', '--store', 'sqlite:')).code).toBe(64)
  })

  it.each(commands)('%s --help leads with examples that can be typed', async (command) => {
    const { code, out, err } = await programOn('/nowhere')(command, '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(new RegExp(`^Examples:\n  open-interval ${command}`, 'u'))
    expect(out).toContain('Usage: open-interval')
  })

  it('lists every command with --help, examples first', async () => {
    const { code, out } = await programOn('/nowhere')('--help')
    expect(code).toBe(0)
    expect(out.startsWith('Examples:\n')).toBe(true)
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'mu'))
  })

  it.each([
    [['statsu'], "unknown command 'statsu' (Did you mean status?); see: open-interval --help"],
    [['status', '--jsn'], 'see: open-interval status --help'],
    [['policy', 'sett'], 'see: open-interval policy --help'],
    [['grant'], "missing required argument 'link'; see: open-interval grant --help"],
    [['grant', 'a', 'b'], 'too many arguments'],
    [['settle', 'isp', 'up'], "required option '--attempt <id>' not specified"],
    [[], 'name a command'],
    [['policy'], 'name a command'],
  ])('exits 64 for %j and says what to type next', async (args, message) => {
    const { code, out, err } = await programOn('/nowhere')(...args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain(message)
    expect(err.trimEnd().split('\n').at(-1)).toMatch(/^open-interval: /u)
  })

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'))
    expect(await programOn('/nowhere')('--version')).toMatchObject({ code: 0, out: `${version}\n` })
  })

  it('takes a policy by a pipe and writes nothing when nothing changes', async () => {
    const { path, run } = await newLedger()
    const stdin = (await run('policy', 'show', '--json')).out
    const piped = await programOn(path, { stdin })(
      ...['policy', 'set', '--file', '-', '--reason', 'same', '--json'],
    )
    expect(piped.code).toBe(0)
    expect(piped.json().changed).toBe(false)
    const { code, err } = await run('policy', 'set', '--open-interval', '0', '--reason', 'x')
    expect(code).toBe(78)
    expect(err).toContain('openIntervalSec takes seconds, at least 1')
  })

  it('ends quietly when its reader has seen enough', async () => {
    const { path, run } = await newLedger()
    for (const link of ['a', 'b', 'c']) await run('record', link, 'dial')
    const pipe = `'${process.execPath}' '${builtMain}' events --store '${path}'; echo "code $?" >&2`
    const { out, err } = await ran(['sh', '-c', `{ ${pipe}; } | true; echo done`])
    expect(out).toBe('done\n')
    expect(err).toBe('code 0\n')
  })

  it('exits 70 for a mistake of its own, with the stack to report', async () => {
    const { path } = await newLedger()
    const saboteur = join(newFolder(), 'saboteur.cjs')
    writeFileSync(saboteur, "JSON.stringify = () => { throw new Error('sabotage') }\n")
    const env = { NODE_OPTIONS: `--require ${saboteur}` }
    const { code, out, err } = await programOn(path, { env })('status', '--json')
    expect({ code, out }).toEqual({ code: 70, out: '' })
    expect(err).toMatch(/^open-interval: this is a bug, please report it: Error: sabotage\n +at /u)
  })

  it('looks at the host with doctor', async () => {
    const { run } = await newLedger()
    const { json } = await run('doctor', '--json')
    const checks = json().findings.map(({ check }: { check: string }) => check)
    expect(checks).toEqual(
      expect.arrayContaining(['file-system', 'clock', 'wall-clock', 'synchronous', 'locks']),
    )
  })
})

describe('a store that is none', () => {
  const refusal = async (path: string, ...args: string[]) => {
    const { code, err } = await programOn(path)(...args)
    expect(err).toMatch(/^open-interval: /u)
    return { code, err }
  }

  it.each(['status', 'init'])('is left as it is when it is a folder: %s', async (command) => {
    const folder = newFolder()
    const { code, err } = await refusal(folder, command)
    expect(code).toBe(command === 'init' ? 73 : 69)
    expect(err).toContain('a folder')
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(['status', 'init'])('is left as it is when it is another file: %s', async (command) => {
    const file = join(newFolder(), 'notes.txt')
    const text = 'these are my notes\n'.repeat(100)
    writeFileSync(file, text)
    const { code, err } = await refusal(file, command)
    expect(code).toBe(command === 'init' ? 73 : 69)
    expect(err).toContain('is left as it is')
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('is left as it is when it is a database of something else', async () => {
    const file = join(newFolder(), 'other.db')
    const other = new Database(file)
    other.exec('CREATE TABLE notes (text)')
    other.close()
    const bytes = readFileSync(file)
    expect((await refusal(file, 'status')).code).toBe(69)
    expect((await refusal(file, 'init')).code).toBe(73)
    expect(readFileSync(file)).toEqual(bytes)
  })

  it('is refused when a newer version wrote it', async () => {
    const { path } = await newLedger()
    const ledger = new Database(path)
    ledger.pragma('user_version = 99')
    ledger.close()
    const { code, err } = await refusal(path, 'grant', 'isp')
    expect(code).toBe(69)
    expect(err).toContain('schema 99 is newer than')
  })

  it('is refused when it is damaged, and never replaced', async () => {
    const { path, run } = await newLedger()
    await run('record', 'isp', 'ras-error')
    const bytes = readFileSync(path)
    bytes.fill(0xff, 100, 4096)
    writeFileSync(path, bytes)
    for (const args of [['status'], ['grant', 'isp'], ['init']]) {
      expect([69, 73]).toContain((await refusal(path, ...args)).code)
    }
    expect(readFileSync(path)).toEqual(bytes)
  })
})

// Of the system, hence no part of any package.
const [mount, umount] = ['mount', 'umount'] as const

const asRoot = isRoot ? it : it.skip
if (!isRoot) {
  process.stderr.write('skipped: other users and full disks can only be tried as root\n')
}

const main = isRoot ? programForOthers() : null
const asOther = main === null ? it.skip : it
if (isRoot && main === null) {
  process.stderr.write('skipped: no other user can reach Node or a folder for temporary files\n')
}

describe('a ledger of another user', () => {
  const othersLedger = async () => {
    const folder = folderForOthers() ?? ''
    const path = join(folder, 'ledger.db')
    const run = programOn(path)
    expect((await run('init')).code).toBe(0)
    await run('record', 'isp', 'ras-error')
    const asNobody = programOn(path, {
      ...(main === null ? {} : { main }),
      ...{ uid: nobody, env: { HOME: '/' }, cwd: '/' },
    })
    return { path, asNobody }
  }

  asOther('can be read, in place or as a private copy', async () => {
    const { asNobody } = await othersLedger()
    const { code, json, err } = await asNobody('status', '--json')
    expect({ code, err }).toEqual({ code: 0, err: expect.any(String) })
    expect(json().links).toMatchObject([{ link: 'isp', phase: 'waiting' }])
  })

  asOther('exits 77 for whoever may not write it, with what to do', async () => {
    const { asNobody } = await othersLedger()
    const { code, err } = await asNobody('grant', 'isp')
    expect({ code, err }).toEqual({
      code: 77,
      err: expect.stringContaining('run as a user who may read and write'),
    })
  })

  asOther('exits 77 for whoever may not even see it', async () => {
    const { path, asNobody } = await othersLedger()
    chmodSync(path, 0o600)
    for (const args of [['status'], ['grant', 'isp']]) {
      expect((await asNobody(...args)).code).toBe(77)
    }
  })
})

describe('a full disk', () => {
  asRoot('exits 69 and loses nothing that was acknowledged', async () => {
    const folder = join(newFolder(), 'small')
    mkdirSync(folder)
    try {
      execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      process.stderr.write('skipped: no tmpfs can be mounted here\n')
      return
    }
    try {
      const run = programOn(join(folder, 'ledger.db'))
      expect((await run('init')).code).toBe(0)
      expect((await run('record', 'isp', 'ras-error')).code).toBe(0)
      execFileSync('sh', ['-c', `dd if=/dev/zero of='${folder}/fill' bs=4k 2>/dev/null || true`])
      const full = await run('grant', 'other')
      expect(full).toMatchObject({ code: 69, out: '' })
      expect(full.err).toMatch(/^open-interval: .*; make room on the disk of /u)
      expect((await run('doctor')).code).toBe(1)
      execFileSync('rm', [join(folder, 'fill')])
      expect((await run('status', '--json')).json().links).toMatchObject([{ link: 'isp' }])
      expect((await run('grant', 'other')).code).toBe(0)
    } finally {
      execFileSync(umount, [folder])
    }
  })
})
