import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLinuxClock } from '../../../../src/adapters/linux/clock'
import { linuxLiveness } from '../../../../src/adapters/linux/liveness'
import { lockFileOf, openLockFile } from '../../../../src/adapters/linux/link-lock'
import { openProcessTable, ownerProcessOf } from '../../../../src/adapters/linux/process-table'
import type { LinkId } from '../../../../domain/link-id'
import type { AttemptTraces } from '../../../../src/ports/liveness'
import { dialerScripts } from '../../../support/dialer-scripts'
import { eventually } from '../../../support/eventually'
import { linkId } from '../../../support/link-id'

const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const link = linkId('isp')
const clock = openLinuxClock()
if (E.isLeft(clock)) throw new Error(clock.left.why)
const here = clock.right.read
const children: ChildProcess[] = []
const table = openProcessTable()!
const processOf = (pid: number) => ownerProcessOf(table, pid)!
const dead = { ...processOf(process.pid), startTicks: 1 }

/** Judges attempts that the ledger still has as they were read. */
const livenessOf = (sharedLedger = false, lockFolder = folder, host = 'me') => {
  const liveness = linuxLiveness({ lockFolder, here, host, sharedLedger })
  return {
    ...liveness,
    judge: (of: LinkId, attempt: AttemptTraces) =>
      liveness.judge(of, attempt, () => Promise.resolve(true)),
  }
}

const traces = (overrides: Partial<AttemptTraces> = {}): AttemptTraces => ({
  attempt: randomUUID(),
  supervision: 'supervised',
  dialer: 'generic',
  supervisor: dead,
  session: null,
  owner: null,
  granted: here(),
  host: 'me',
  up: false,
  dialTimeoutSec: 1,
  ...overrides,
})

/** A dialer whose supervisor is gone: leads a session, and holds the lock if it is told to. */
const orphan = (script: string, lock: boolean) => {
  const attempt = randomUUID()
  const file = openLockFile(lockFileOf(folder, link))
  if (E.isLeft(file)) throw new Error(file.left.why)
  const body = lock ? `flock -n 3; ${script}` : script
  const child = spawn('/bin/sh', ['-c', body], {
    detached: true,
    env: { PATH: process.env['PATH'], OPEN_INTERVAL_ATTEMPT: attempt },
    stdio: ['ignore', 'ignore', 'ignore', lock ? file.right : 'ignore'],
  })
  closeSync(file.right)
  children.push(child)
  return { attempt, session: processOf(child.pid!) }
}

const marked = (attempt: string): ReadonlyArray<number> =>
  table
    .all()
    .flatMap(({ pid }) =>
      table.hasEnvironment(pid, `OPEN_INTERVAL_ATTEMPT=${attempt}`) ? [pid] : [],
    )

const pauseMs = 200

afterEach(() => {
  for (const child of children.splice(0)) {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // The session is empty already.
    }
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an attempt whose supervisor lives', () => {
  it('is alive', async () => {
    const attempt = traces({ supervisor: processOf(process.pid) })
    expect(await livenessOf().judge(link, attempt)).toBe('alive')
  })
})

describe('an attempt whose supervisor is gone', () => {
  it('is gone when nothing of it is alive and nobody holds the lock', async () => {
    expect(await livenessOf().judge(link, traces())).toBe('gone')
  })

  it('is unknown when nothing of it is alive, but nobody can tell who holds the lock', async () => {
    const lockFolder = join(folder, 'no-folder')
    writeFileSync(lockFolder, '')
    expect(await livenessOf(false, lockFolder).judge(link, traces())).toBe('unknown')
  })

  it.each(Object.entries(dialerScripts).filter(([name]) => name !== 'hidesAway'))(
    'has its dialer ended when it left one: %s (G6)',
    async (_name, script) => {
      for (const lock of [true, false]) {
        const { attempt, session } = orphan(script, lock)
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
        expect(marked(attempt)).not.toEqual([])
        const judged = await livenessOf().judge(link, traces({ attempt, session }))
        expect(judged).toBe('leftover-ended')
        await eventually(() => marked(attempt).length === 0)
      }
    },
  )

  it.each(['here', 'in another pid namespace'])(
    'is left alone where the ledger has it otherwise by now: it left %s',
    async (where) => {
      const { attempt, session } = orphan('exec sleep 300', false)
      await eventually(() => marked(attempt).length > 0)
      const supervisor = where === 'here' ? dead : { ...dead, pidNamespace: '1' }
      const left = traces({ attempt, session, supervisor })
      const options = { lockFolder: folder, here, host: 'me', sharedLedger: false }
      const liveness = linuxLiveness(options)
      expect(await liveness.judge(link, left, () => Promise.resolve(false))).toBe('outdated')
      expect(marked(attempt)).not.toEqual([])
    },
  )

  it('is stuck when somebody holds the lock who cannot be found', async () => {
    const { attempt } = orphan('exec env -i sleep 300', true)
    await eventually(() => marked(attempt).length === 0)
    expect(await livenessOf().judge(link, traces({ session: null }))).toBe('leftover-stuck')
  })

  it('never has a foreign process ended that got its session number (G7)', async () => {
    const { session } = orphan('exec sleep 300', false)
    const attempt = traces({ session: { ...session, startTicks: session.startTicks - 1 } })
    expect(await livenessOf().judge(link, attempt)).toBe('gone')
    expect(table.find(session.pid)?.state).toBe('S')
  })
})

describe('an attempt of another pid namespace', () => {
  const elsewhere = traces({ supervisor: { ...dead, pidNamespace: '1' } })

  it('is judged by the lock alone: free, it is gone (C12)', async () => {
    expect(await livenessOf().judge(link, elsewhere)).toBe('gone')
  })

  it('is judged by the lock alone: held, nobody here can tell by whom (C12)', async () => {
    orphan('exec sleep 300', true)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    expect(await livenessOf().judge(link, elsewhere)).toBe('held')
  })

  it('is unknown where nobody can tell whether the lock is held', async () => {
    const lockFolder = join(folder, 'no-folder-either')
    writeFileSync(lockFolder, '')
    expect(await livenessOf(false, lockFolder).judge(link, elsewhere)).toBe('unknown')
  })
})

describe('an attempt of another time namespace', () => {
  it('is ended where something of it is seen that holds no lock (G6)', async () => {
    const { attempt } = orphan('sleep 60', false)
    await eventually(() => marked(attempt).length > 0)
    const granted = { ...here(), boottimeOffset: '86400 0' }
    expect(await livenessOf().judge(link, traces({ attempt, granted }))).toBe('leftover-ended')
    expect(marked(attempt)).toEqual([])
  })
})

describe('an attempt of another boot', () => {
  const granted = { ...here(), bootId: 'another' }

  it('is gone on a ledger of one host, whatever that host was called then', async () => {
    expect(await livenessOf().judge(link, traces({ granted, host: 'old' }))).toBe('gone')
  })

  it('is gone on a shared ledger when it is of this host, else nobody can tell', async () => {
    expect(await livenessOf(true).judge(link, traces({ granted }))).toBe('gone')
    expect(await livenessOf(true).judge(link, traces({ granted, host: 'you' }))).toBe('unknown')
  })
})

describe('an attempt of a host of the same name (C12)', () => {
  const [ours, others] = ['gateway#0123456789ab', 'gateway#ba9876543210']
  const judged = (attempt: AttemptTraces) => livenessOf(true, folder, ours).judge(link, attempt)

  it('is nothing that another machine can judge: its boot is no earlier one of ours', async () => {
    const granted = { ...here(), bootId: 'another' }
    expect(await judged(traces({ granted, host: others }))).toBe('unknown')
    expect(await judged(traces({ granted, host: ours }))).toBe('gone')
  })

  it('is nothing that a machine of another name can judge by a folder that both have', async () => {
    const granted = { ...here(), bootId: 'another' }
    expect(await judged(traces({ granted, host: 'clone#0123456789ab' }))).toBe('unknown')
  })

  it.each([
    ['of another container', { ...dead, pidNamespace: '1' }],
    ['of a user whose processes are hidden from us', dead],
    ['of nobody knows whom', null],
  ])(
    'is not judged by our lock, which another folder does not share: %s',
    async (_, supervisor) => {
      expect(await judged(traces({ supervisor, host: others }))).toBe('unknown')
      expect(await judged(traces({ supervisor, host: 'gateway' }))).toBe('unknown')
      expect(await judged(traces({ supervisor, host: 'renamed#0123456789ab' }))).toBe('gone')
    },
  )

  it('has its dialer ended where that is seen', async () => {
    const { attempt, session } = orphan('exec sleep 300', false)
    await eventually(() => marked(attempt).length > 0)
    expect(await judged(traces({ attempt, session, host: others }))).toBe('leftover-ended')
  })

  it('is alive where its supervisor or owner is seen, whatever folder it uses', async () => {
    const me = processOf(process.pid)
    expect(await judged(traces({ supervisor: me, host: others }))).toBe('alive')
    const grant = { supervision: 'grant', host: others } as const
    expect(await judged(traces({ ...grant, owner: me }))).toBe('alive')
    expect(await judged(traces({ ...grant, owner: dead }))).toBe('unknown')
  })
})

describe('an unsupervised link (G14)', () => {
  const me = processOf(process.pid)

  it.each([
    ['grant', false],
    ['oneshot', true],
  ] as const)('of a %s is alive as long as its owner is', async (supervision, up) => {
    expect(await livenessOf().judge(link, traces({ supervision, up, owner: me }))).toBe('alive')
    expect(await livenessOf().judge(link, traces({ supervision, up, owner: dead }))).toBe('gone')
  })

  it('belongs to its supervisor until it is up', async () => {
    const oneshot = { supervision: 'oneshot', up: false } as const
    expect(await livenessOf().judge(link, traces({ ...oneshot, owner: me }))).toBe('gone')
    const supervised = traces({ ...oneshot, supervisor: me, owner: dead })
    expect(await livenessOf().judge(link, supervised)).toBe('alive')
  })

  it('without an owner ends by a report, a reboot or a release only', async () => {
    expect(await livenessOf().judge(link, traces({ supervision: 'grant' }))).toBe('alive')
  })
})
