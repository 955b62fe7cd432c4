import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import * as E from 'fp-ts/Either'
import type { DialerExit, DialerPlan, HostError, Launch } from '../../ports/dialer-host'
import { type HeardLines, hearLines } from './heard-lines'

/** The launcher of one dialer, which becomes the dialer. */
export type Launcher = {
  readonly pid: number
  readonly child: ChildProcess
  readonly go: (startByCs: number) => Promise<Launch>
  readonly exit: Promise<DialerExit>
  /** Whether some process still holds the socket that the dialer inherited. */
  readonly pipeIsOpen: () => boolean
  /** Lets a launcher that waits leave; one that was let go does not notice. */
  readonly close: () => void
}

/** A shell and what makes it one, such as `['/bin/sh']` or `['/bin/busybox', 'sh']`. */
export type Shell = readonly [file: string, ...args: ReadonlyArray<string>]

/** What a launcher is spawned with; `lock` is the descriptor of the link's lock file. */
export type LauncherSpawn = {
  readonly shell: Shell
  readonly plan: DialerPlan
  readonly lock: number
}

const script = join(__dirname, 'launcher.sh')

/** How long taking the lock may take: a shell that starts on a machine that is very busy. */
const lockMsMax = 10_000

/** The place among the spawned child's descriptors of the socket that its launcher talks by. */
const socketDescriptor = 9

/** Spawns a launcher in a session of its own and waits until it has taken the link's lock. */
export const spawnLauncher = async (
  options: LauncherSpawn,
): Promise<E.Either<HostError, Launcher>> => {
  const child = spawnSession(options)
  const exit = exitOf(child)
  const problem = await new Promise<string | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    child.once('error', (error) => resolve(String(error)))
  })
  const streams: ReadonlyArray<unknown> = child.stdio
  const socket = streams[socketDescriptor]
  if (problem !== null || child.pid === undefined || !(socket instanceof Duplex)) {
    return cannotPrepare(`the launcher could not be spawned: ${problem ?? 'no socket'}`)
  }
  const heard = hearLines(socket)
  const first = await heard.wait((lines) => lines[0], lockMsMax)
  if (first === 'locked') {
    return E.right(launcherOf({ child, pid: child.pid, socket, heard, exit }))
  }
  socket.destroy()
  if (first === 'held') return E.left({ _tag: 'LockHeld' })
  return cannotPrepare(`flock (of util-linux or busybox) cannot be run: ${first ?? 'no answer'}`)
}

type Parts = Pick<Launcher, 'child' | 'pid'> & {
  readonly socket: Duplex
  readonly heard: HeardLines
  readonly exit: Promise<ChildExit>
}

const launcherOf = ({ child, pid, socket, heard, exit }: Parts): Launcher => ({
  pid,
  child,
  go: async (startByCs) => {
    socket.write(`go ${startByCs}\n`)
    const word = await heard.wait((lines) => lines[1], null)
    if (word === 'started') return { _tag: 'Launched' }
    return { _tag: word === 'void' ? 'Void' : 'NotLaunched' }
  },
  exit: exit.then((ended) => {
    const failed = heard.seen().find((line) => line.startsWith('failed '))
    const code = failed === undefined ? null : Number(failed.slice('failed '.length))
    return { ...ended, notExecuted: code === 126 || code === 127 ? code : null }
  }),
  pipeIsOpen: heard.areOpen,
  close: () => socket.destroy(),
})

const spawnSession = ({ shell, plan, lock }: LauncherSpawn): ChildProcess => {
  const environment = { ...process.env, ...plan.environment }
  const odd = oddVariables(environment)
  const command = odd.length === 0 ? plan.command : ['/usr/bin/env', ...odd, ...plan.command]
  const [file, ...args] = shell
  const output = plan.onOutput === null ? 'inherit' : 'pipe'
  const unused = Array.from({ length: 5 }, () => 'ignore' as const)
  return spawn(file, [...args, script, plan.ownDescriptorsCount ? 'keep' : 'drop', ...command], {
    detached: true,
    env: environment,
    stdio: ['inherit', output, output, ...unused, lock, 'pipe'],
  })
}

// dash drops names that no shell variable can have, so `env` hands those on.
const oddVariables = (environment: NodeJS.ProcessEnv): ReadonlyArray<string> =>
  Object.entries(environment)
    .filter(([name]) => !/^[A-Za-z_]\w*$/u.test(name))
    .map(([name, value]) => `${name}=${value ?? ''}`)

type ChildExit = Pick<DialerExit, 'code' | 'signal'>

// What a process wrote before it ended is read in the turn that tells of its end, or in the next.
const exitOf = (child: ChildProcess): Promise<ChildExit> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => setImmediate(() => resolve({ code, signal })))
  })

const cannotPrepare = (why: string): E.Either<HostError, never> =>
  E.left({ _tag: 'CannotPrepare', why })
