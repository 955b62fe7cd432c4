import * as E from 'fp-ts/Either'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { LinkId } from '../../../../domain/link-id'
import { parseUptimeCs } from '../../../../src/adapters/linux/clock'
import { linuxDialerHost } from '../../../../src/adapters/linux/dialer-host'
import { findDialer } from '../../../../src/adapters/linux/dialer-processes'
import { lockFileOf, probeLock } from '../../../../src/adapters/linux/link-lock'
import { openProcessTable } from '../../../../src/adapters/linux/process-table'
import type { Shell } from '../../../../src/adapters/linux/spawn-launcher'
import type { DialerPlan, SupervisedDialer } from '../../../../src/ports/dialer-host'
import { dialerScripts } from '../../../support/dialer-scripts'
import { eventually } from '../../../support/eventually'
import { linkId } from '../../../support/link-id'
import { installedShells } from '../../../support/shells'

const link: LinkId = linkId('isp')
const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const now = (): number => parseUptimeCs(readFileSync('/proc/uptime', 'latin1'))
const running: Array<SupervisedDialer> = []

const planFor = (script: string, overrides: Partial<DialerPlan> = {}): DialerPlan => {
  const attempt = randomUUID()
  return {
    link,
    attempt,
    command: ['/bin/sh', '-c', script],
    environment: { OPEN_INTERVAL_ATTEMPT: attempt },
    ownDescriptorsCount: true,
    onOutput: null,
    graceCs: 25,
    ...overrides,
  }
}

const prepared = async (
  plan: DialerPlan,
  shell: Shell = ['/bin/sh'],
): Promise<SupervisedDialer> => {
  const dialer = await linuxDialerHost({ lockFolder: folder, shell }).prepare(plan)
  if (E.isLeft(dialer)) throw new Error(JSON.stringify(dialer.left))
  running.push(dialer.right)
  return dialer.right
}

const livingOf = (attempt: string, dialer: SupervisedDialer): number => {
  const living = findDialer(openProcessTable()!, { attempt, session: dialer.session })
  return living.ours.length + living.doubtful.length
}

afterEach(async () => {
  for (const dialer of running.splice(0)) {
    dialer.dismiss()
    dialer.signal('SIGKILL')
  }
  await eventually(async () => (await probeLock(lockFileOf(folder, link))) === 'free')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(installedShells())('a dialer under %s', (_name, shell) => {
  it('does not start before the go line, and passes its exit code on', async () => {
    const dialer = await prepared(planFor('exit 7'), shell)
    expect(await dialer.guardUntil({ termCs: now() + 6_000, killCs: now() + 6_000 })).toBe(true)
    expect(await dialer.go(now() + 500)).toEqual({ _tag: 'Launched' })
    expect(await dialer.exit).toEqual({ code: 7, signal: null, notExecuted: null })
    await eventually(dialer.isGone)
  })

  it('never starts when the go line comes after its startBy (G15, G16)', async () => {
    const marker = join(folder, randomUUID())
    const dialer = await prepared(planFor(`touch ${marker}`), shell)
    expect(await dialer.go(now() - 1)).toEqual({ _tag: 'Void' })
    await dialer.exit
    expect(() => readFileSync(marker)).toThrow('ENOENT')
  })

  it('never starts when it is dismissed instead of let go', async () => {
    const marker = join(folder, randomUUID())
    const dialer = await prepared(planFor(`touch ${marker}`), shell)
    dialer.dismiss()
    await dialer.exit
    expect(() => readFileSync(marker)).toThrow('ENOENT')
  })

  it.each([
    ['/nonexistent/dialer', 127],
    ['/etc/passwd', 126],
  ])('reports that %s could not be executed', async (file, code) => {
    const dialer = await prepared(planFor('', { command: [file] }), shell)
    await dialer.go(now() + 500)
    expect(await dialer.exit).toMatchObject({ notExecuted: code })
  })

  it('holds the lock until the last process that inherited it is gone (R2)', async () => {
    const dialer = await prepared(planFor('sleep 0.3 & exit 0'), shell)
    const other = await linuxDialerHost({ lockFolder: folder, shell }).prepare(planFor('exit 0'))
    expect(other).toEqual(E.left({ _tag: 'LockHeld' }))
    await dialer.go(now() + 500)
    await dialer.exit
    dialer.dismiss()
    await eventually(async () => (await probeLock(lockFileOf(folder, link))) === 'free')
    await eventually(dialer.isGone)
  })

  it.each([
    'ignoresTerm',
    'leavesGroup',
    'leavesSession',
    'leaderExitsFirst',
    'stopped',
    'plain',
  ] as const)('is ended by its guard at its deadline: %s', async (name) => {
    const plan = planFor(dialerScripts[name])
    const dialer = await prepared(plan, shell)
    const termCs = now() + 80
    await dialer.guardUntil({ termCs, killCs: termCs + 25 })
    await dialer.go(now() + 500)
    await eventually(() => livingOf(plan.attempt, dialer) > 0)
    // A process cannot be told by its environment while it execs: only several misses mean gone.
    let misses = 0
    await eventually(() => {
      misses = livingOf(plan.attempt, dialer) === 0 ? misses + 1 : 0
      return misses >= 3
    })
    expect(now()).toBeGreaterThanOrEqual(termCs - 11)
    await eventually(dialer.isGone)
  })

  it('is left alone once no deadline holds any more', async () => {
    const plan = planFor(dialerScripts.plain)
    const dialer = await prepared(plan, shell)
    await dialer.guardUntil({ termCs: now() + 60, killCs: now() + 80 })
    await dialer.go(now() + 500)
    expect(await dialer.guardUntil(null)).toBe(true)
    const lateCs = now() + 150
    await eventually(() => now() > lateCs)
    expect(livingOf(plan.attempt, dialer)).toBeGreaterThan(0)
  })

  it('ends on a later deadline when it was told one meanwhile', async () => {
    const plan = planFor(dialerScripts.plain)
    const dialer = await prepared(plan, shell)
    await dialer.guardUntil({ termCs: now() + 60, killCs: now() + 80 })
    await dialer.go(now() + 500)
    const termCs = now() + 180
    await dialer.guardUntil({ termCs, killCs: termCs + 25 })
    await dialer.exit
    expect(now()).toBeGreaterThanOrEqual(termCs - 11)
  })
})

describe('the environment of a dialer', () => {
  it('keeps names that no shell variable can have, and the odd arguments', async () => {
    const outputs: Array<string> = []
    const attempt = randomUUID()
    const dialer = await prepared(
      planFor('', {
        command: [
          '/bin/sh',
          '-c',
          'tr "\\0" "\\n" </proc/$$/environ | grep odd; printf "%s|" "$@"',
          'sh',
          'a b',
          '',
          '$x',
          "'",
        ],
        environment: { OPEN_INTERVAL_ATTEMPT: attempt, 'odd.name': 'a b' },
        onOutput: (text) => outputs.push(text),
      }),
    )
    await dialer.go(now() + 500)
    await dialer.exit
    await dialer.outputEnded()
    expect(outputs.join('')).toBe("odd.name=a b\na b||$x|'|")
  })
})

describe('a dialer that left its session and its environment behind', () => {
  it('counts as alive while it holds the pipe that it inherited (G8)', async () => {
    const dialer = await prepared(planFor(dialerScripts.hidesAway))
    await dialer.go(now() + 500)
    await dialer.exit
    expect(dialer.isGone()).toBe(false)
    await eventually(dialer.isGone)
  })

  it('does not count when such descriptors prove nothing, as with pppd (G36)', async () => {
    const plan = planFor(dialerScripts.hidesAway, { ownDescriptorsCount: false })
    const dialer = await prepared(plan)
    await dialer.go(now() + 500)
    await dialer.exit
    await eventually(dialer.isGone)
    dialer.dismiss()
    await eventually(async () => (await probeLock(lockFileOf(folder, link))) === 'free')
  })
})

describe('a zombie', () => {
  it('does not keep its dialer alive (G7)', async () => {
    const plan = planFor('sh -c "exit 0" & exec sleep 300')
    const dialer = await prepared(plan)
    await dialer.go(now() + 500)
    const table = openProcessTable()!
    await eventually(() =>
      table.all().some((stat) => stat.session === dialer.session.pid && stat.state === 'Z'),
    )
    expect(livingOf(plan.attempt, dialer)).toBe(1)
  })
})
