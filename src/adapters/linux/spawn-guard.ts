import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { OwnerProcess } from '../../../domain/events'
import type { Deadlines } from '../../ports/dialer-host'
import { hearLines } from './heard-lines'
import type { Shell } from './spawn-launcher'

/** What a guard watches over. */
export type GuardSpawn = {
  readonly shell: Shell
  readonly session: OwnerProcess
  readonly attempt: string
  readonly graceCs: number
  readonly lock: number
}

/** One guard process. `tell` resolves to whether it heard; null: no deadline holds any more. */
export type Guard = {
  readonly tell: (deadlines: Deadlines | null) => Promise<boolean>
  readonly ended: Promise<void>
  readonly dismiss: () => void
}

const script = join(__dirname, 'guard.sh')

/** How long a guard may take to answer: a shell that starts on a machine that is very busy. */
const answerMsMax = 10_000

/** Spawns a guard in a session of its own, holding the lock; null when none can be spawned. */
export const spawnGuard = (options: GuardSpawn): Guard | null => {
  const child = spawnSession(options)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) return null
  stdin.on('error', () => undefined)
  const heard = hearLines(stdout)
  // It says that it is ready, then answers each line with one of its own.
  let due = 1
  return {
    ended,
    tell: async (deadlines) => {
      due += 1
      const awaited = due
      stdin.write(lineOf(deadlines))
      const answer = await heard.wait(
        (lines) => (lines.length >= awaited ? true : undefined),
        answerMsMax,
      )
      return answer === true
    },
    dismiss: () => stdin.end('bye\n'),
  }
}

const lineOf = (deadlines: Deadlines | null): string =>
  deadlines === null ? 'never\n' : `until ${deadlines.termCs} ${deadlines.killCs}\n`

const spawnSession = (options: GuardSpawn): ChildProcess => {
  const [file, ...args] = options.shell
  const { session, attempt, graceCs, lock } = options
  const given = [session.pid, session.startTicks, attempt, graceCs].map(String)
  const unused = Array.from({ length: 5 }, () => 'ignore' as const)
  return spawn(file, [...args, script, ...given], {
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore', ...unused, lock],
  })
}
