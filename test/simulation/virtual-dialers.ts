import * as E from 'fp-ts/Either'
import type { OwnerProcess } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import type {
  Deadlines,
  DialerExit,
  DialerHost,
  DialerPlan,
  HostError,
  Launch,
  SupervisedDialer,
} from '../../src/ports/dialer-host'
import { nextPidOn, uptimeCsOf, type Host } from './machines'
import {
  awaitAnswer,
  isKilledAt,
  later,
  type VirtualProcess,
  type VirtualTime,
} from './virtual-time'

/** What a dialer does once it was let go. */
export type Behaviour = {
  /** When it says that it is up; null: never. */
  readonly upMs: number | null
  readonly leaderMs: number
  /** How long processes of its session outlive the leader. */
  readonly lingerMs: number
  readonly code: number
  readonly ignoresTerm: boolean
  /** Nothing can end it, for as long as it lives. */
  readonly isStuck: boolean
  readonly notExecuted: 126 | 127 | null
  /** No guard can be started any more once the first one is gone. */
  readonly isLastGuard: boolean
}

/** One dialer with its launcher and its guard, as they really are. */
export type VirtualDialer = {
  readonly attempt: string
  readonly link: LinkId
  readonly host: Host
  readonly plan: DialerPlan
  readonly behaviour: Behaviour
  readonly supervisor: VirtualProcess
  readonly supervisorId: OwnerProcess
  readonly session: OwnerProcess
  phase: 'waiting' | 'running' | 'over'
  startedMs: number | null
  endedMs: number | null
  exit: DialerExit | null
  isDismissed: boolean
  isTermed: boolean
  /** It lived without supervisor and guard. */
  isOrphaned: boolean
  guard: { deadlines: Deadlines | null; isEnding: boolean } | null
  inForce: { readonly deadlines: Deadlines | null } | null
  tellExit: (exit: DialerExit) => void
  guardLost: () => void
}

/** All dialers of a world, oldest first, and who wants to know when one really starts. */
export type DialerWorld = {
  readonly time: VirtualTime
  readonly dialers: VirtualDialer[]
  readonly onStart: (dialer: VirtualDialer) => void
  readonly note: (what: string) => void
}

/** Whether somebody holds a link's lock on the kernel of a host, `asker` not counted. */
export const isLockHeld = (
  { dialers }: DialerWorld,
  {
    host,
    link,
    asker,
  }: { readonly host: Host; readonly link: string; readonly asker: VirtualProcess },
): boolean =>
  dialers.some(
    (it) =>
      it.link === link &&
      it.host.machine === host.machine &&
      it.supervisor !== asker &&
      ((it.supervisor.isAlive && !it.isDismissed) ||
        it.guard !== null ||
        it.phase === 'waiting' ||
        (it.phase === 'running' && it.plan.ownDescriptorsCount)),
  )

type HostOfDialers = {
  readonly host: Host
  readonly process: VirtualProcess
  readonly behaviour: Behaviour
}

/** The dialer host port of one supervisor. */
export const virtualDialerHost = (world: DialerWorld, on: HostOfDialers): DialerHost => ({
  prepare: (plan) =>
    awaitAnswer<E.Either<HostError, SupervisedDialer>>(world.time, on.process, {
      name: 'prepare',
      thereMs: 5,
      backMs: Math.floor(on.process.random() * 40),
      isRemote: false,
      perform: (answer) => {
        const asked = { host: on.host, link: plan.link, asker: on.process }
        if (isLockHeld(world, asked)) {
          answer(E.left({ _tag: 'LockHeld' }))
          return
        }
        answer(E.right(supervised(world, newDialer(world, on, plan))))
      },
    }),
})

const newDialer = (
  world: DialerWorld,
  { host, process, behaviour }: HostOfDialers,
  plan: DialerPlan,
): VirtualDialer => {
  const dialer: VirtualDialer = {
    attempt: plan.attempt,
    link: plan.link,
    host,
    plan,
    behaviour,
    supervisor: process,
    supervisorId: nextPidOn(world.time, host),
    session: nextPidOn(world.time, host),
    phase: 'waiting',
    startedMs: null,
    endedMs: null,
    exit: null,
    isDismissed: false,
    isTermed: false,
    isOrphaned: false,
    guard: { deadlines: null, isEnding: false },
    inForce: null,
    tellExit: () => undefined,
    guardLost: () => undefined,
  }
  world.dialers.push(dialer)
  process.onDeath.push(() => supervisorGone(world, dialer))
  host.machine.root.onDeath.push(() => machineGone(world, dialer))
  return dialer
}

const machineGone = (world: DialerWorld, dialer: VirtualDialer): void => {
  dialer.guard = null
  if (dialer.phase === 'running') dialer.endedMs = world.time.nowMs
  dialer.phase = 'over'
}

const supervisorGone = (world: DialerWorld, dialer: VirtualDialer): void => {
  const { root } = dialer.host.machine
  later(world.time, root, 2, () => {
    if (dialer.phase === 'waiting') dialer.phase = 'over'
    if (dialer.isDismissed) return
    const { guard } = dialer
    if (guard === null) {
      dialer.isOrphaned = true
      return
    }
    const limitCs = uptimeCsOf(world.time, dialer.host) + dialer.plan.graceCs
    endByGuard(world, dialer, Math.min(guard.deadlines?.killCs ?? Infinity, limitCs))
  })
}

const pollMs = 100

/** TERM and CONT now, KILL at a deadline. The guard leaves once its supervisor is gone and all is over. */
const endByGuard = (world: DialerWorld, dialer: VirtualDialer, killCs: number): void => {
  const { guard, supervisor } = dialer
  if (guard === null) return
  const isSupervised = supervisor.isAlive
  guard.isEnding = true
  signalDialer(world, dialer, 'SIGTERM')
  const poll = (tries: number) => {
    if (dialer.guard !== guard || supervisor.isAlive !== isSupervised) return
    if (dialer.phase === 'running' && tries < 100) {
      if (uptimeCsOf(world.time, dialer.host) >= killCs) signalDialer(world, dialer, 'SIGKILL')
      later(world.time, dialer.host.machine.root, pollMs, () => poll(tries + 1))
    } else if (!isSupervised) dialer.guard = null
  }
  poll(0)
}

const armGuard = (world: DialerWorld, dialer: VirtualDialer, deadlines: Deadlines | null): void => {
  const guard = { deadlines, isEnding: false }
  dialer.guard = guard
  if (deadlines === null) return
  const wait = () => {
    const leftMs = (deadlines.termCs - uptimeCsOf(world.time, dialer.host)) * 10
    later(world.time, dialer.host.machine.root, Math.min(1_000, Math.max(0, leftMs)), () => {
      if (dialer.guard !== guard || guard.isEnding) return
      if (uptimeCsOf(world.time, dialer.host) < deadlines.termCs) {
        wait()
        return
      }
      endByGuard(world, dialer, deadlines.killCs)
    })
  }
  wait()
}

/** Ends a guard as SIGKILL does; its supervisor, if it lives, starts another or loses it. */
export const killGuard = (world: DialerWorld, dialer: VirtualDialer): void => {
  if (dialer.guard === null) return
  dialer.guard = null
  world.note('guard killed')
  if (!dialer.supervisor.isAlive) dialer.isOrphaned = true
  later(world.time, dialer.supervisor, 20, () => {
    if (dialer.isDismissed || dialer.inForce === null) return
    if (!dialer.behaviour.isLastGuard) {
      armGuard(world, dialer, dialer.inForce.deadlines)
      return
    }
    world.note('guard lost')
    dialer.guardLost()
  })
}

/** Sends a signal to everything that is alive of a dialer. */
export const signalDialer = (
  world: DialerWorld,
  dialer: VirtualDialer,
  signal: NodeJS.Signals,
): void => {
  const { ignoresTerm, isStuck } = dialer.behaviour
  if (dialer.phase !== 'running' || isStuck || signal === 'SIGCONT') return
  if (signal !== 'SIGKILL' && (ignoresTerm || dialer.isTermed)) return
  if (signal !== 'SIGKILL') dialer.isTermed = true
  const delayMs = signal === 'SIGKILL' ? 3 : 10 + dialer.supervisor.random() * 300
  later(world.time, dialer.host.machine.root, delayMs, () => {
    leaderEnds(world, dialer, { code: null, signal, notExecuted: null })
    sessionEnds(world, dialer)
  })
}

const leaderEnds = (world: DialerWorld, dialer: VirtualDialer, exit: DialerExit): void => {
  if (dialer.exit !== null) return
  dialer.exit = exit
  const { supervisor } = dialer
  later(world.time, supervisor, 1, () => {
    const at = supervisor.awaits++
    const isKilled = isKilledAt(world.time, supervisor, { name: 'exit', when: 'after', at })
    if (!isKilled) dialer.tellExit(exit)
  })
}

const sessionEnds = (world: DialerWorld, dialer: VirtualDialer): void => {
  if (dialer.phase !== 'running') return
  dialer.phase = 'over'
  dialer.endedMs = world.time.nowMs
}

const start = (world: DialerWorld, dialer: VirtualDialer): void => {
  const { behaviour, host, supervisor, plan } = dialer
  const { root } = host.machine
  dialer.phase = 'running'
  dialer.startedMs = world.time.nowMs
  world.onStart(dialer)
  const { upMs, leaderMs, lingerMs, code, notExecuted } = behaviour
  const isExecuted = notExecuted === null
  const livesMs = isExecuted ? leaderMs : 5
  if (upMs !== null && plan.onOutput !== null && isExecuted) {
    later(world.time, supervisor, upMs, () => {
      if (dialer.phase === 'running') plan.onOutput?.('CONNECTED\n', 'stdout')
    })
  }
  later(world.time, root, livesMs, () => {
    if (dialer.phase !== 'running') return
    leaderEnds(world, dialer, { code: notExecuted ?? code, signal: null, notExecuted })
    later(world.time, root, isExecuted ? lingerMs : 0, () => sessionEnds(world, dialer))
  })
}

const go = (world: DialerWorld, dialer: VirtualDialer, startByCs: number): Launch => {
  if (dialer.phase !== 'waiting') return { _tag: 'NotLaunched' }
  if (uptimeCsOf(world.time, dialer.host) > startByCs) {
    dialer.phase = 'over'
    leaderEnds(world, dialer, { code: 0, signal: null, notExecuted: null })
    world.note('void grant')
    return { _tag: 'Void' }
  }
  start(world, dialer)
  return { _tag: 'Launched' }
}

const supervised = (world: DialerWorld, dialer: VirtualDialer): SupervisedDialer => {
  const { supervisor } = dialer
  const exit = new Promise<DialerExit>((resolve) => {
    dialer.tellExit = resolve
  })
  const local = <A>(name: string, backMs: number, perform: () => A): Promise<A> =>
    awaitAnswer<A>(world.time, supervisor, {
      name,
      thereMs: 1,
      backMs,
      isRemote: false,
      perform: (answer) => answer(perform()),
    })
  return {
    supervisor: dialer.supervisorId,
    session: dialer.session,
    guardUntil: (deadlines) => {
      dialer.inForce = { deadlines }
      return local('guardUntil', 1, () => {
        if (dialer.isDismissed) return false
        if (dialer.guard === null && dialer.behaviour.isLastGuard) {
          dialer.guardLost()
          return false
        }
        if (dialer.guard?.isEnding !== true) armGuard(world, dialer, deadlines)
        return true
      })
    },
    onGuardLost: (lost) => {
      dialer.guardLost = lost
    },
    go: (startByCs) => local('go', 1, () => go(world, dialer, startByCs)),
    exit,
    isGone: () => dialer.phase === 'over',
    signal: (signal) => signalDialer(world, dialer, signal),
    outputEnded: () => local('outputEnded', 1, () => undefined),
    dismiss: () => {
      dialer.isDismissed = true
      dialer.guard = null
      if (dialer.phase === 'waiting') dialer.phase = 'over'
    },
  }
}
