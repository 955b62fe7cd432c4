import { Command, CommanderError } from 'commander'
import { EventEmitter } from 'node:events'
import * as E from 'fp-ts/Either'
import type { OwnerProcess } from '../../domain/events'
import { linkGate } from '../../src/application/link-gate'
import type { LedgerParts } from '../../src/application/ledger-parts'
import { listenForStop } from '../../src/application/stop'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import type { CliLedger, CliParts, LedgerAccess } from '../../src/cli/cli-parts'
import { doctorCommand, type DoctorFinding } from '../../src/cli/doctor'
import { eventsCommand } from '../../src/cli/events'
import { explainCommand } from '../../src/cli/explain'
import { grantCommand } from '../../src/cli/grant'
import { holdCommand } from '../../src/cli/hold'
import { initCommand } from '../../src/cli/init'
import { policyCommand } from '../../src/cli/policy'
import { rebuildCommand } from '../../src/cli/rebuild'
import { recordCommand } from '../../src/cli/record'
import { releaseCommand } from '../../src/cli/release'
import type { Screen } from '../../src/cli/live-table'
import { settleCommand } from '../../src/cli/settle'
import { statusCommand } from '../../src/cli/status'
import { verifyCommand } from '../../src/cli/verify'
import { waiveCommand } from '../../src/cli/waive'
import type { Judgement } from '../../src/ports/liveness'
import type { ViewStore } from '../../src/ports/view-store'
import { aRequest, fakeClock, granted, livenessThatJudges, partsOn } from './gate-world'
import { linkId } from './link-id'
import { testLedgerId } from './sqlite-ledger'

/** A parsed document: tests look into it as they like. */
export type Json = ReturnType<typeof JSON.parse>

/** What a command printed and exited with. */
export type Ran = {
  readonly code: number
  readonly out: string
  readonly err: string
  /** The one JSON document that it printed. */
  readonly json: () => Json
  /** The JSON documents that it printed, one a line. */
  readonly lines: () => Json[]
}

/** The process that owns what `grant` grants in these tests. */
export const testOwner: OwnerProcess = { pid: 4711, startTicks: 99, pidNamespace: 'pid:[1]' }

/** A ledger in memory with the commands on it; fields may be set to change what they find. */
export const cliWorld = () => {
  const store = memoryEventStore()
  const clock = fakeClock()
  const parts: LedgerParts = partsOn(store, clock)
  const world = {
    store,
    clock,
    parts,
    lockHeld: false,
    judgement: 'alive' as Judgement,
    findings: [] as DoctorFinding[],
    notes: [] as string[],
    opened: [] as LedgerAccess[],
    closed: 0,
    /** Sends signals to the program. */
    signals: new EventEmitter(),
    /** Opens the views for `rebuild`; a test that runs it says where they are. */
    openViews: (): ViewStore => {
      throw new Error('this test has no views')
    },
    /** The terminal that stdout is; null: it is none. */
    screen: null as Screen | null,
    /** Called when `events --follow` or `status --watch` wrote; whether somebody reads it. */
    onWritten: () => true,
    run: (...args: string[]): Promise<Ran> => run(world, args),
    /** A grant to a supervisor; gives the attempt's id. */
    dial: async (link = 'isp', supervision: 'supervised' | 'grant' = 'supervised') => {
      const gate = linkGate(parts, livenessThatJudges(world.judgement))
      return (await granted(gate.request(aRequest({ link: linkId(link), supervision })))).attempt
    },
  }
  return world
}

type World = ReturnType<typeof cliWorld>

const ledgerOf = (world: World): CliLedger => ({
  store: 'sqlite:/ledger.db',
  address: 'sqlite:/ledger.db',
  ledgerId: testLedgerId,
  locksFolder: '/ledger.db.locks',
  viewsFile: '/views.db',
  notes: world.notes,
  parts: world.parts,
  liveness: livenessThatJudges(world.judgement),
  isLocked: () => Promise.resolve(world.lockHeld),
  close: () => {
    world.closed += 1
    return Promise.resolve()
  },
})

const run = async (world: World, args: ReadonlyArray<string>): Promise<Ran> => {
  const printed = { out: '', err: '' }
  let code: number | null = null
  const exit = (given: number): void => {
    code = given
  }
  const parts: CliParts = {
    env: {},
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
    isTerminal: false,
    openLedger: (_store, access) => {
      world.opened.push(access)
      return Promise.resolve(E.right(ledgerOf(world)))
    },
  }
  const program = programOf(world, parts, exit)
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    code = error.exitCode === 0 ? 0 : 64
  }
  if (code === null) throw new Error(`${args.join(' ')} did not exit`)
  const { out, err } = printed
  const lines = () =>
    out
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  return { code, out, err, lines, json: () => JSON.parse(out) }
}

const watchHostOf = (world: World, parts: CliParts) => ({
  written: (text: string) => {
    parts.out(text)
    return Promise.resolve(world.onWritten())
  },
  listenForStop: () => listenForStop(world.signals),
  screen: () => world.screen,
})

const programOf = (world: World, parts: CliParts, exit: (code: number) => void): Command => {
  const program = new Command('open-interval')
  const host = {
    ownerOf: (pid: number | null) =>
      pid === null ? testOwner : pid === testOwner.pid ? testOwner : null,
    isLockHeld: () => Promise.resolve(world.lockHeld),
  }
  const init = () =>
    Promise.resolve(E.right({ store: 'sqlite:/l.db', ledgerId: testLedgerId, created: true }))
  const commands = [
    initCommand(parts, init, exit),
    grantCommand(parts, host, exit),
    settleCommand(parts, exit),
    recordCommand(parts, () => Promise.resolve(world.clock.read()), exit),
    statusCommand({ ...parts, ...watchHostOf(world, parts) }, exit),
    explainCommand(parts, exit),
    policyCommand(parts, exit),
    waiveCommand(parts, exit),
    holdCommand(parts, exit),
    releaseCommand(parts, exit),
    doctorCommand(parts, () => Promise.resolve(world.findings), exit),
    eventsCommand({ ...parts, ...watchHostOf(world, parts) }, exit),
    verifyCommand({ ...parts, ...watchHostOf(world, parts), openViews: world.openViews }, exit),
    rebuildCommand({ ...parts, ...watchHostOf(world, parts), openViews: world.openViews }, exit),
  ]
  for (const command of commands) program.addCommand(command)
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: parts.out, writeErr: parts.err })
    command.commands.forEach(quiet)
  }
  quiet(program)
  return program
}
