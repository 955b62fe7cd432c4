import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseUptimeCs } from '../../src/adapters/linux/clock'
import { openProcessTable } from '../../src/adapters/linux/process-table'
import { eventually } from './eventually'
import { builtMain, programOn } from './open-interval'

/** One start of a dialer, as the dialer itself wrote it down. */
export type LoggedStart = { readonly attempt: string; readonly uptimeCs: number }

/** Links that are dialed over and over by the real program, and ways to kill its processes. */
export type FaultWorld = {
  readonly store: string
  readonly program: ReturnType<typeof programOn>
  readonly links: ReadonlyArray<string>
  /** Links of which a dialer runs, or waits for its go line, right now. */
  readonly dialing: () => ReadonlyArray<string>
  /** Kills the supervisor, the guard or both of a link's dial; resolves when the dial goes on. */
  readonly kill: (link: string, what: FaultKind) => Promise<void>
  readonly starts: (link: string) => ReadonlyArray<LoggedStart>
  /** Attempts whose dialer met another dialer of its link. */
  readonly doubles: () => ReadonlyArray<string>
  /** What `dial` said of attempts whose end it had recorded. */
  readonly acknowledged: () => ReadonlyArray<string>
  /** Processes of the ledger's dialers that are alive. */
  readonly living: () => ReadonlyArray<number>
  /** Lets the dials end, and resolves when they have. */
  readonly stop: () => Promise<void>
  readonly remove: () => void
}

/** Whose processes are killed. */
export type FaultKind = 'supervisor' | 'guard' | 'both'

/** What the dialers do after they wrote down that they run. */
const behaviours: ReadonlyArray<string> = [
  'exit 1',
  'sleep 0.4; exit 1',
  'sleep 5; exit 0',
  'sleep 6; exit 3',
  "trap '' TERM; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.6; done; exit 1",
  "trap '' TERM HUP INT; (sleep 5) & sleep 6; exit 1",
  "bash -c 'set -m; sleep 6 & exit 0'",
  'setsid sleep 6 & exit 0',
  'sleep 6 & exit 0',
  '(exit 0) & exec sleep 6',
]

/** Makes a ledger with an interval of 2 s and a dial timeout of 1 s, and dials its links. */
export const faultWorld = async (linkCount: number): Promise<FaultWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-faults-'))
  const store = `sqlite:${join(folder, 'ledger.db')}`
  const program = programOn(store)
  await program('init')
  const waits = ['--open-interval', '2', '--dial-timeout', '1', '--not-started-wait', '1']
  const count = ['--max-open-retries', '100000']
  const set = await program('policy', 'set', ...waits, ...count, '--reason', 'test')
  if (set.code !== 0) throw new Error(set.err)
  const links = Array.from({ length: linkCount }, (_, index) => `link${index}`)
  const loops = new Map(
    links.map((link, index) => [link, dialLoop({ folder, store, link, index })]),
  )
  const loopOf = (link: string): DialLoop => loops.get(link)!
  return {
    store,
    program,
    links,
    dialing: () => links.filter((link) => attemptsOf(loopOf(link).child()?.pid ?? 0).length > 0),
    kill: (link, what) => killOf(loopOf(link), what),
    starts: (link) => logOf(folder, link).flatMap(startIn),
    doubles: () =>
      links.flatMap((link) => logOf(folder, link).filter((it) => it.endsWith('double'))),
    acknowledged: () => links.flatMap((link) => loopOf(link).acknowledged),
    living: () => livingWith(`OPEN_INTERVAL_STORE=${store}`),
    stop: async () => {
      await Promise.all(links.map((link) => loopOf(link).stop()))
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const logOf = (folder: string, link: string): ReadonlyArray<string> => {
  const file = join(folder, `${link}.log`)
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}

const startIn = (line: string): ReadonlyArray<LoggedStart> => {
  const [attempt = '', uptime = ''] = line.split(' ')
  return uptime === 'double' ? [] : [{ attempt, uptimeCs: parseUptimeCs(`${uptime} `) }]
}

// Every process of a dialer inherits descriptor 7, so a second dialer cannot lock what it opens.
const dialerScript = (log: string, behaviour: string): string =>
  [
    `read -r up rest </proc/uptime`,
    `echo "$OPEN_INTERVAL_ATTEMPT $up" >>'${log}.log'`,
    `exec 7>>'${log}.busy'`,
    `flock -n 7 || echo "$OPEN_INTERVAL_ATTEMPT double" >>'${log}.log'`,
    behaviour,
  ].join('\n')

type DialLoop = {
  readonly child: () => ChildProcess | null
  /** While it is paused, no dial is begun anew, so that only the guard can end what is left. */
  paused: boolean
  readonly acknowledged: ReadonlyArray<string>
  readonly stop: () => Promise<void>
}

type DialLoopOptions = {
  readonly folder: string
  readonly store: string
  readonly link: string
  readonly index: number
}

const dialLoop = ({ folder, store, link, index }: DialLoopOptions): DialLoop => {
  const script = dialerScript(join(folder, link), behaviours[index % behaviours.length] ?? '')
  const acknowledged: string[] = []
  const state = { child: null as ChildProcess | null, stopped: false }
  const loop: DialLoop = {
    child: () => state.child,
    paused: false,
    acknowledged,
    stop: async () => {
      state.stopped = true
      state.child?.kill('SIGTERM')
      await ended
    },
  }
  const rounds = async (): Promise<void> => {
    while (!state.stopped) {
      const child = spawn(
        process.execPath,
        [builtMain, 'dial', link, '--wait', '--result', 'fd:3', '--', '/bin/sh', '-c', script],
        {
          env: { PATH: process.env['PATH'], OPEN_INTERVAL_STORE: store },
          stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
        },
      )
      state.child = child
      acknowledged.push(...(await recordedBy(child)))
      await eventually(() => !loop.paused)
    }
  }
  const ended = rounds()
  return loop
}

const recordedBy = (child: ChildProcess): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    let text = ''
    const result = child.stdio[3]
    if (result !== null && result !== undefined && 'on' in result) {
      result.on('data', (chunk: Buffer) => (text += chunk.toString()))
    }
    child.once('exit', () =>
      setImmediate(() => {
        const document = text === '' ? { recorded: false, attempt: '' } : JSON.parse(text)
        resolve(document.recorded === true ? [String(document.attempt)] : [])
      }),
    )
  })

const killOf = async (loop: DialLoop, what: FaultKind): Promise<void> => {
  const child = loop.child()
  if (child?.pid === undefined || child.exitCode !== null) return
  const attempts = attemptsOf(child.pid)
  const guard = guardOf(child.pid)
  loop.paused = what === 'supervisor'
  if (what !== 'supervisor' && guard !== null) endNow(guard)
  if (what !== 'guard') child.kill('SIGKILL')
  // With its guard alive nothing else is needed: the next dial is held back until then.
  if (what === 'supervisor' && guard !== null) {
    await eventually(() => attempts.every((attempt) => livingWith(attempt).length === 0))
  }
  loop.paused = false
}

const endNow = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was gone already.
  }
}

const childrenOf = (parent: number): ReadonlyArray<number> =>
  openProcessTable()!
    .all()
    .flatMap((stat) => (stat.parentPid === parent ? [stat.pid] : []))

const guardOf = (supervisor: number): number | null =>
  childrenOf(supervisor).find((pid) => textOf(`/proc/${pid}/cmdline`).includes('guard.sh')) ?? null

const attemptsOf = (supervisor: number): ReadonlyArray<string> =>
  childrenOf(supervisor).flatMap((pid) => {
    const environment = textOf(`/proc/${pid}/environ`).split('\0')
    return environment.filter((entry) => entry.startsWith('OPEN_INTERVAL_ATTEMPT='))
  })

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

const livingWith = (entry: string): ReadonlyArray<number> => {
  const table = openProcessTable()!
  return table.all().flatMap(({ pid }) => (table.hasEnvironment(pid, entry) ? [pid] : []))
}
