import * as E from 'fp-ts/Either'
import { EventEmitter } from 'node:events'
import type { DialingCommand } from '../../domain/dialing'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { sitePolicyStream } from '../../domain/events'
import type { PolicyFields } from '../../domain/policy'
import type { DialRequest, Gate } from '../../src/application/gate'
import { changeLink } from '../../src/application/change-link'
import { changeSitePolicy, type SiteChange } from '../../src/application/change-site-policy'
import { linkGate } from '../../src/application/link-gate'
import { loadLink } from '../../src/application/load-link'
import { listenForStop } from '../../src/application/stop'
import { superviseDial } from '../../src/application/supervise-dial'
import type { UpRule } from '../../src/application/up-rule'
import { uuidOf } from '../support/event-builders'
import { importInto } from './import-step'
import { nextPidOn, pause, reboot, restartContainer, suspend, type Host } from './machines'
import { noteAcknowledged, noteAnswer, type Observer } from './observer'
import type { DialStep, Step } from './steps'
import { isLockHeld, killGuard, signalDialer, virtualDialerHost } from './virtual-dialers'
import { virtualLiveness, type VirtualOwner } from './virtual-liveness'
import { endProcess, later } from './virtual-time'
import { runningOn, type Running, type SimulatedWorld } from './world'

/** Where a step takes place. */
type Place = {
  readonly world: SimulatedWorld
  readonly observer: Observer
  readonly host: Host
  readonly link: LinkId
  readonly id: number
}

/** Lets a step begin; what it starts goes on while time does. */
export const actStep = (world: SimulatedWorld, observer: Observer, step: Step): void => {
  const host = world.hosts[step.host % world.hosts.length]!
  const link = world.links[step.link % world.links.length]!
  const place: Place = { world, observer, host, link, id: step.id }
  const { time } = world
  switch (step.kind) {
    case 'dial': {
      dial(place, step)
      return
    }
    case 'grant': {
      grant(place, step)
      return
    }
    case 'settle': {
      const attempt = attemptAt(place, 0)
      const fact = factOfOutcome[step.outcome]
      if (attempt !== null) change(place, { type: 'RecordEvidence', attempt, fact, code: null })
      return
    }
    case 'record': {
      record(place, step)
      return
    }
    case 'import': {
      inProcess(place, (running) => importInto(running, link, step))
      return
    }
    case 'policy': {
      setPolicy(place, step)
      return
    }
    case 'waive': {
      change(place, { type: 'WaiveWindow', windowId: null, reason: 'test' })
      return
    }
    case 'hold': {
      change(place, { type: 'HoldLink', reason: 'test' })
      return
    }
    case 'release': {
      change(place, { type: 'ReleaseLink', reason: 'test', past: null })
      return
    }
    case 'unreadable': {
      appendUnreadable(place, step.isSite ? sitePolicyStream : streamOfLink(link))
      return
    }
    case 'release-past': {
      releasePast(place, step.isSite)
      return
    }
    case 'owner-ends':
      for (const owner of world.owners) owner.isAlive = false
      return
    case 'spoil-snapshots':
      for (const kept of world.snapshots.values()) {
        kept.spoil((it) => ({ ...it, view: it.view.replace(/"failures":\d+/u, '"failures":99') }))
      }
      return
    case 'wall':
      host.machine.wallOffsetMs += step.sec * 1000
      return
    case 'suspend': {
      suspend(time, host.machine, { forMs: step.sec * 1000, isFrozen: step.isFrozen })
      return
    }
    case 'reboot':
      world.note('reboot')
      for (const pod of world.hosts.filter((it) => it.machine === host.machine)) {
        if (pod.kind === 'faked-uptime') restartContainer(time, pod)
      }
      {
        reboot(time, host.machine, step.downSec * 1000)
        return
      }
    case 'restart': {
      restart(place)
      return
    }
    case 'kill': {
      kill(place, step.what)
      return
    }
    case 'stop': {
      stop(place, step.isServiceWide)
      return
    }
    case 'store-faults':
      world.store.faults.push(...step.faults)
      return
    case 'store-away':
      world.store.awayUntilMs = time.nowMs + step.sec * 1000
      return
    case 'cut-off': {
      // What all hosts of a ledger lose is the ledger.
      const untilMs = time.nowMs + step.sec * 1000
      if (world.isShared) world.store.cutOff.set(host.machine, { how: step.how, untilMs })
      return
    }
    case 'wait':
  }
}

const factOfOutcome = {
  up: 'up',
  down: 'down',
  failed: 'open-failed',
  'not-started': 'not-started',
} as const

/** Runs something as a process of its own, which ends when it is done. */
const inProcess = (
  { world, host, id }: Place,
  run: (running: Running) => Promise<unknown>,
  how: Parameters<typeof runningOn>[2] = { crash: null, lateMsMax: 0 },
): void => {
  const running = runningOn(world, { id, host }, how)
  later(world.time, running.process, 0, () => {
    void run(running).then(
      () => {
        running.process.isDone = true
        endProcess(running.process)
      },
      (error: unknown) => {
        world.violations.add(`threw: ${error instanceof Error ? error.stack : String(error)}`)
      },
    )
  })
}

/** The gate as a process asks it, with an observer at its side. */
const gateOf = ({ world, observer, host }: Place, running: Running): Gate => {
  const { process, parts } = running
  const liveness = virtualLiveness(world.dialerWorld, {
    host,
    process,
    owners: world.owners,
    here: () => parts.clock.read(),
    isShared: world.isShared,
  })
  const judged = { last: null as string | null }
  const gate = linkGate(parts, {
    judge: async (...asked) => (judged.last = await liveness.judge(...asked)),
  })
  return {
    request: (request) => async () => {
      judged.last = null
      const answer = await gate.request(request)()
      noteAnswer(observer, { running, request, answer, judged: judged.last })
      return answer
    },
    report: (link, report) => async () => {
      const answer = await gate.report(link, report)()
      noteAcknowledged(observer, { link, report, answer })
      return answer
    },
  }
}

const ownerIdOf = ({ pid, pidNamespace }: VirtualOwner) => ({ pid, pidNamespace, startTicks: 1 })

const upRuleOf = (rule: DialStep['rule'], owner: VirtualOwner): UpRule => {
  switch (rule) {
    case 'alive':
      return { _tag: 'Alive' }
    case 'output':
      return { _tag: 'Output', pattern: /CONNECTED/u }
    case 'oneshot':
      return { _tag: 'Oneshot', owner: ownerIdOf(owner) }
    case 'session':
      return { _tag: 'Session' }
  }
}

const newOwner = ({ world, host }: Place): VirtualOwner => {
  const { pid, pidNamespace } = nextPidOn(world.time, host)
  const owner = { pid, pidNamespace, isAlive: true }
  world.owners.push(owner)
  host.machine.root.onDeath.push(() => {
    owner.isAlive = false
  })
  return owner
}

const dial = (place: Place, step: DialStep): void => {
  const { world, host, link } = place
  const { time, store, note } = world
  const signals = new EventEmitter()
  const stopOf = listenForStop(signals)
  const { crash, lateMsMax, behaviour } = step
  const upRule = upRuleOf(step.rule, newOwner(place))
  const run = async (running: Running): Promise<void> => {
    const { process, parts } = running
    const emit = (signal: NodeJS.Signals) => {
      later(time, process, 1, () => signals.emit(signal))
    }
    world.supervisors.push({ process, link, host, stop: emit })
    const result = await superviseDial({
      gate: gateOf(place, running),
      clock: parts.clock,
      host: virtualDialerHost(world.dialerWorld, { host, process, behaviour }),
      stop: stopOf,
      isRecordedUp: async (of, attempt) => {
        const loaded = await loadLink(parts, of)()
        const open = E.isRight(loaded) ? loaded.right.state.attempt : null
        return open?.id === attempt && open.up !== null
      },
      changes: store === world.store ? parts.store.changes : () => () => undefined,
      store: 'simulated',
      say: () => undefined,
      onRefused: () => note('waited out a refusal'),
    })({
      link,
      kind: step.dialer,
      command: ['/bin/dialer', '{attempt}'],
      upRule,
      redialsItself: false,
      wait: step.waitSec === null ? null : { maxSec: step.waitSec },
    })
    const outcome =
      E.isRight(result) && result.right._tag === 'Dialed' ? result.right.outcome : null
    note(outcome === null ? 'dial refused or failed' : `settled ${outcome.settlement?.origin}`)
    if (outcome?.isLeftUp === true) note('left up')
    if (outcome !== null && outcome.settlement === null && !outcome.isLeftUp) note('left stuck')
  }
  inProcess(place, run, { crash, lateMsMax })
}

const grant = (place: Place, { crash }: { readonly crash: DialStep['crash'] }): void => {
  const { world, host, link } = place
  // Every other one belongs to a process that asked before.
  const known = world.owners.findLast((it) => it.isAlive && it.pidNamespace === host.pidNamespace)
  const owner = (place.id % 2 === 0 ? known : undefined) ?? newOwner(place)
  const run = async (running: Running): Promise<void> => {
    const request: DialRequest = {
      link,
      supervision: 'grant',
      dialer: 'generic',
      redialsItself: false,
      owner: ownerIdOf(owner),
      prepare: async () =>
        isLockHeld(world.dialerWorld, { host, link, asker: running.process })
          ? E.left({ _tag: 'LockHeld' })
          : E.right({ supervisor: null, session: null }),
    }
    await gateOf(place, running).request(request)()
  }
  inProcess(place, run, { crash, lateMsMax: 0 })
}

const attemptAt = ({ observer, link }: Place, back: number): string | null =>
  observer.attempts.get(link)?.at(-1 - back) ?? null

type Change = Exclude<DialingCommand, { readonly type: 'RequestDial' }>

/** A command of `record`, `settle`, `waive` ...; `lateMs` after it was learned of, as often as said. */
const change = (place: Place, command: Change, lateMs = 0, times = 1): void => {
  const { link, world } = place
  inProcess(place, async ({ parts, process }) => {
    const occurred = lateMs === 0 ? null : parts.clock.read()
    if (lateMs > 0) await pause(world.time, process, lateMs)
    for (let time = 0; time < times; time += 1) {
      const how = { command, occurred, stated: null, source: 'record' } as const
      const changed = await changeLink(parts, how)(link)()
      const rejected = E.isLeft(changed) && changed.left._tag === 'Rejected'
      if (rejected) world.note('rejected')
      else if (E.isRight(changed)) noteLate(place, lateMs, changed.right.events.length)
    }
  })
}

const noteLate = ({ world }: Place, lateMs: number, events: number): void => {
  if (lateMs > 60_000 && events > 0) world.note('appended minutes late')
  if (events === 0) world.note('repeated evidence')
}

const record = (place: Place, step: Step & { readonly kind: 'record' }): void => {
  const { fact, code, back, lateMs, isRepeated } = step
  const attempt = back === null || fact === 'dial' ? null : attemptAt(place, back)
  change(place, { type: 'RecordEvidence', attempt, fact, code }, lateMs, isRepeated ? 2 : 1)
}

const setPolicy = (
  place: Place,
  { isSite, set }: { readonly isSite: boolean; readonly set: PolicyFields },
): void => {
  if (!isSite) {
    change(place, { type: 'ChangePolicy', set, unset: [], reason: 'test' })
    return
  }
  const data = { set, unset: [], reason: 'test', effectiveFrom: null }
  changeSite(place, { type: 'RetryPolicyChanged', data, idFrom: 'random' })
}

const changeSite = (place: Place, siteChange: SiteChange): void =>
  inProcess(place, ({ parts }) => changeSitePolicy(parts, siteChange)())

const releasePast = (place: Place, isSite: boolean): void => {
  const { observer, link } = place
  const past = observer.unreadableAt.get(isSite ? sitePolicyStream : streamOfLink(link))
  if (past === undefined) return
  const reason = 'test'
  if (!isSite) {
    change(place, { type: 'ReleaseLink', reason, past })
    return
  }
  const data = { reason, past: past.toString() }
  changeSite(place, { type: 'LinkReleased', data, idFrom: 'random' })
}

/** What a later version of the program wrote. */
const appendUnreadable = ({ world, host, id }: Place, stream: string): void => {
  const { memory } = world.store
  void memory
    .readStream({ stream, direction: 'backwards', from: 'end', limit: 1 })()
    .then((page) => {
      const newest = E.isRight(page) ? page.right.events[0] : undefined
      if (newest === undefined) return
      const event = { id: uuidOf(9e9 + id), type: 'DialTeleported', data: '{}', metadata: '{}' }
      const running = runningOn(world, { id, host }, { crash: null, lateMsMax: 0 })
      void running.parts.store.append(stream, newest.revision, [event])()
    })
}

const restart = ({ world, host }: Place): void => {
  if (host.kind !== 'faked-uptime') return
  // Nothing of a container outlives it.
  for (const dialer of world.dialerWorld.dialers.filter((it) => it.host === host)) {
    dialer.guard = null
    if (dialer.phase === 'running') dialer.endedMs = world.time.nowMs
    dialer.phase = 'over'
  }
  world.note('container restart')
  restartContainer(world.time, host)
}

const kill = ({ world, link }: Place, what: 'supervisor' | 'guard' | 'both' | 'dialer'): void => {
  const { dialerWorld } = world
  const dialer = dialerWorld.dialers.findLast((it) => it.link === link && it.phase !== 'over')
  if (dialer === undefined) return
  // What outlives both unseen by the next asker is outside of the promise (R5).
  const isSeenByAll = world.hosts.length === 1 || dialer.plan.ownDescriptorsCount
  const isBoth = what === 'both' && !world.isShared && isSeenByAll
  world.note(`killed ${isBoth ? 'both' : what === 'both' ? 'guard' : what}`)
  if (what === 'dialer') {
    signalDialer(dialerWorld, dialer, 'SIGKILL')
    return
  }
  if (what !== 'supervisor') killGuard(dialerWorld, dialer)
  if (what === 'supervisor' || isBoth) endProcess(dialer.supervisor)
}

const stop = ({ world, link }: Place, isServiceWide: boolean): void => {
  const supervisor = world.supervisors.findLast((it) => it.link === link && it.process.isAlive)
  if (supervisor === undefined) return
  world.note('stop')
  world.stopped.add(supervisor.process)
  supervisor.stop('SIGTERM')
  const its = world.dialerWorld.dialers.find((it) => it.supervisor === supervisor.process)
  if (its !== undefined && isServiceWide) signalDialer(world.dialerWorld, its, 'SIGTERM')
}
