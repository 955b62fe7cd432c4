import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import type { CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'

/** What the demonstration runs: this very program, and the log that comes with it. */
export type DemoProgram = { readonly main: string; readonly stormLog: string }

const openIntervalSec = 4
const dialTimeoutSec = 3
const killAfterMs = 1200

/** `demo`: the main job with real processes in a temporary folder; `npm start` runs it. */
export const demoCommand = (
  parts: CliParts,
  program: DemoProgram,
  exit: (code: ExitCode) => void,
): Command =>
  new Command('demo')
    .description('show the main job with real processes in a temporary folder')
    .action(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
      const stage = stageIn(parts, program, `sqlite:${join(folder, 'ledger.db')}`)
      const isShown =
        (await auditTheStorm(stage, program)) &&
        (await crashInMidDial(stage)) &&
        (await refuseThenGrant(stage)) &&
        (await auditTheLedger(stage))
      if (isShown) stage.say(nextSteps(folder))
      exit(isShown ? exitCodes.ok : exitCodes.bug)
    })

type Stage = {
  readonly say: (text: string) => void
  /** Runs one command, shows it with what it prints, and checks its exit code. */
  readonly run: (expected: ExitCode, args: ReadonlyArray<string>) => Promise<boolean>
  /** Starts one command, kills it after a while as a crash would, and shows that. */
  readonly crash: (afterMs: number, args: ReadonlyArray<string>) => Promise<boolean>
}

const stageIn = (parts: CliParts, program: DemoProgram, store: string): Stage => {
  const say = (text: string): void => parts.out(`${text}\n`)
  const start = (args: ReadonlyArray<string>) => {
    say(`$ open-interval ${args.map(quoted).join(' ')}`)
    return spawn(process.execPath, [program.main, ...args], {
      env: { ...parts.env, OPEN_INTERVAL_STORE: store },
      stdio: 'inherit',
    })
  }
  return {
    say,
    run: async (expected, args) => {
      const { code } = await endOf(start(args))
      say(`(exit code ${code ?? 'none'})\n`)
      if (code !== expected) say(`This should have been exit code ${expected}: please report it.`)
      return code === expected
    },
    crash: async (afterMs, args) => {
      const child = start(args)
      await sleep(afterMs)
      child.kill('SIGKILL')
      const { signal } = await endOf(child)
      say(`(killed after ${afterMs / 1000} s: ${signal ?? 'it had ended by itself'})\n`)
      return signal === 'SIGKILL'
    },
  }
}

const endOf = (child: ReturnType<typeof spawn>) =>
  new Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>(
    (resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }))
      child.once('close', (code, signal) => resolve({ code, signal }))
    },
  )

const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`

const auditTheStorm = (stage: Stage, program: DemoProgram): Promise<boolean> => {
  stage.say(
    'In 1996 an MTA redialed after RAS error 629 without waiting its Open Interval (KB Q150927).\n' +
      'This is what an event log of such a storm shows, newest first as Event Viewer saved it:\n',
  )
  return stage.run(exitCodes.found, ['audit', program.stormLog, '--log-tz', '-05:00'])
}

const flakyDialer = ['sh', '-c', 'echo "  dialer: dialing ..."; sleep 30']
const goodDialer = ['sh', '-c', 'echo "  dialer: connected"; sleep 1']

const crashInMidDial = async (stage: Stage): Promise<boolean> => {
  stage.say(
    `Now a ledger of our own, with an interval of ${openIntervalSec} s, and a dialer that hangs.\n` +
      'Its supervisor is killed in the middle of the dial, as a crash would:\n',
  )
  return (
    (await stage.run(exitCodes.ok, ['init'])) &&
    (await stage.run(exitCodes.ok, [
      'policy',
      'set',
      '--open-interval',
      String(openIntervalSec),
      '--dial-timeout',
      String(dialTimeoutSec),
      '--reason',
      'short, to be watched',
    ])) &&
    stage.crash(killAfterMs, ['dial', 'isp', '--', ...flakyDialer])
  )
}

const refuseThenGrant = async (stage: Stage): Promise<boolean> => {
  stage.say('Whether that dial failed is unknown, so it counts as failed. Dialing again at once:\n')
  if (!(await stage.run(exitCodes.refused, ['dial', 'isp', '--', ...goodDialer]))) return false
  stage.say(
    'Refused, with the reason and the time. With --wait it is dialed as soon as it may be:\n',
  )
  return stage.run(exitCodes.ok, [
    'dial',
    'isp',
    '--wait',
    '--up-when',
    'connected',
    '--',
    ...goodDialer,
  ])
}

const auditTheLedger = (stage: Stage): Promise<boolean> => {
  stage.say('Was the rule kept? The audit shares no code with what enforced it:\n')
  return stage.run(exitCodes.ok, ['audit'])
}

const nextSteps = (folder: string): string => `What to try next, on this ledger:
  export OPEN_INTERVAL_STORE=sqlite:${join(folder, 'ledger.db')}
  node dist/src/start.js explain isp
  node dist/src/start.js events --link isp
  node dist/src/start.js dial isp --wait -- sh -c 'exit 1'
  node dist/src/start.js status
or on a real one: node dist/src/start.js init --help`
