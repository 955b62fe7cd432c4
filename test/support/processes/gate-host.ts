import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { foldStream } from '../../../src/application/fold-stream'
import type { AttemptReport, Gate, Granted } from '../../../src/application/gate'
import { linkGate } from '../../../src/application/link-gate'
import { liveViews } from '../../../src/application/live-views'
import type { LedgerParts } from '../../../src/application/ledger-parts'
import { recallingParts } from '../../../src/application/recalling-parts'
import type { Clock } from '../../../src/ports/clock'
import { drawOf } from '../ledger-world'
import { linkId } from '../link-id'
import { memorySnapshotStore } from '../memory-snapshot-store'
import { seededRandom } from '../seeded-random'
import { simulatedClock, simulatedLiveness, trueCs, type SimulatedHost } from '../simulated-host'
import { storeAt } from '../store-at'

/** What the process is told: one JSON document as its only argument. */
export type GateHostOrders = {
  readonly store: string
  readonly host: SimulatedHost
  readonly links: number
  readonly lanes: number
  readonly seed: number
}

/** What it tells, one JSON document a line; times are true centiseconds. */
export type GateHostLine =
  | { readonly told: 'dial'; readonly link: string; readonly attempt: string; readonly at: number }
  | {
      readonly told: 'end'
      readonly attempt: string
      readonly at: number
      readonly normal: boolean
    }
  | { readonly told: 'ready' | 'refused' | 'unanswered' | 'void' }

const tell = (line: GateHostLine): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

type Host = {
  readonly gate: Gate
  readonly clock: Clock
  readonly random: () => number
  readonly own: Set<string>
}

type Dial = { readonly link: string; readonly granted: Granted }

const stopping = new AbortController()
// Every sleep of every lane listens.
setMaxListeners(0, stopping.signal)
process.once('SIGTERM', () => stopping.abort())

/**
 * Sleeps by the host's clock until an uptime, or until the host is to stop, which ends what it dials;
 * timers alone may be early by some milliseconds.
 */
const until = async ({ clock }: Host, uptimeCs: number): Promise<void> => {
  const { signal } = stopping
  for (;;) {
    const leftCs = uptimeCs - clock.read().uptimeCs
    if (leftCs <= 0 || signal.aborted) return
    await sleep(leftCs * 10, undefined, { signal }).catch(() => undefined)
  }
}

const report = async (
  { gate, clock }: Host,
  { link, granted }: Dial,
  what: Omit<Extract<AttemptReport, { _tag: 'Settled' }>, 'attempt' | 'occurred' | '_tag'>,
): Promise<void> => {
  const settled = {
    _tag: 'Settled',
    attempt: granted.attempt,
    occurred: clock.read(),
    ...what,
  } as const
  // A report that stays unknown is as one that was never made: the attempt is abandoned.
  for (let tries = 0; tries < 5; tries += 1) {
    const reported = await gate.report(linkId(link), settled)()
    if (E.isRight(reported) || reported.left._tag === 'Rejected') return
  }
}

const fails = { started: true, normal: false, origin: 'exit:generic', code: 1, reason: 'exited' }

/** The dialer is no more: nothing is reported before that. */
const ended = (attempt: string, normal: boolean): void =>
  tell({ told: 'end', attempt, at: trueCs(), normal })

const failed = async (host: Host, dial: Dial, afterCs: number): Promise<void> => {
  await until(host, dial.granted.granted.uptimeCs + afterCs)
  ended(dial.granted.attempt, false)
  await report(host, dial, fails)
}

const isUpInTime = async (host: Host, { link, granted }: Dial): Promise<boolean> => {
  const { attempt, dialTimeoutSec } = granted
  const up = { _tag: 'Up', attempt, proof: 'output', occurred: host.clock.read() } as const
  const recorded = host.gate.report(linkId(link), up)()
  const deadline = until(host, granted.granted.uptimeCs + (dialTimeoutSec - 0.5) * 100)
  return Promise.race([recorded.then(E.isRight), deadline.then(() => false)])
}

/** Stays up and renews its lease; one that cannot be renewed in time ends the dialer (R5). */
const connected = async (host: Host, dial: Dial, forCs: number): Promise<void> => {
  const { attempt, leaseSec, granted } = dial.granted
  const endCs = host.clock.read().uptimeCs + forCs
  let renewedCs = granted.uptimeCs
  const leaseCs = (leaseSec ?? 3600) * 100
  while (host.clock.read().uptimeCs < endCs && !stopping.signal.aborted) {
    await until(host, Math.min(endCs, renewedCs + leaseCs / 3))
    const occurred = host.clock.read()
    const renewal = host.gate.report(linkId(dial.link), {
      _tag: 'LeaseRenewed',
      attempt,
      occurred,
    })()
    const lapse = until(host, renewedCs + leaseCs - 100)
    if (!(await Promise.race([renewal.then(E.isRight), lapse.then(() => false)]))) break
    renewedCs = occurred.uptimeCs
  }
  const normal = host.random() < 0.5
  ended(attempt, normal)
  await report(host, dial, { ...fails, normal, code: normal ? 0 : 1 })
}

/** Dials as dialers do: most fail, some hang, some come up, some are never heard of again. */
const dialed = async (host: Host, dial: Dial): Promise<void> => {
  const { attempt, dialTimeoutSec, startByCs } = dial.granted
  const at = trueCs()
  if (host.clock.read().uptimeCs > startByCs) {
    tell({ told: 'void' })
    return report(host, dial, {
      ...fails,
      started: false,
      origin: 'void',
      code: null,
      reason: 'void',
    })
  }
  tell({ told: 'dial', link: dial.link, attempt, at })
  const chance = host.random()
  const soonCs = host.random() * 80
  if (chance < 0.5) return failed(host, dial, soonCs)
  if (chance < 0.55) return failed(host, dial, dialTimeoutSec * 100)
  if (chance < 0.65) {
    await until(host, host.clock.read().uptimeCs + soonCs)
    ended(attempt, false)
    return
  }
  await until(host, host.clock.read().uptimeCs + soonCs)
  return (await isUpInTime(host, dial))
    ? connected(host, dial, 50 + host.random() * 400)
    : failed(host, dial, 0)
}

const asked = async (host: Host, link: string): Promise<void> => {
  const answer = await host.gate.request({
    link: linkId(link),
    supervision: 'supervised',
    dialer: 'generic',
    redialsItself: false,
    owner: null,
    prepare: ({ attempt }) => {
      host.own.add(attempt)
      return Promise.resolve(E.right({ supervisor: null, session: null }))
    },
  })()
  if (E.isLeft(answer)) {
    tell({ told: 'unanswered' })
    return
  }
  if (answer.right._tag === 'Refused') {
    tell({ told: 'refused' })
    return
  }
  const granted = answer.right
  await dialed(host, { link, granted })
  host.own.delete(granted.attempt)
}

/** A gate with a connection of its own: one whose answers are lost takes no other's with it. */
const openGate = async (
  { store: place, host }: GateHostOrders,
  shared: Omit<Host, 'gate'>,
): Promise<{ readonly host: Host; readonly close: () => Promise<void> }> => {
  const store = await storeAt(place)
  const parts: LedgerParts = {
    store,
    fold: foldStream(store, memorySnapshotStore(), liveViews()),
    clock: shared.clock,
    host: host.name,
    actor: 'tester',
    newId: randomUUID,
    draw: drawOf,
    sleepMs: (ms) => sleep(ms),
  }
  const liveness = simulatedLiveness(host, (attempt) => shared.own.has(attempt))
  return {
    host: { ...shared, gate: linkGate(recallingParts(parts), liveness) },
    close: store.close,
  }
}

const run = async (orders: GateHostOrders): Promise<void> => {
  const { host, seed, links, lanes } = orders
  const random = seededRandom(seed)
  const shared = { clock: simulatedClock(host), random, own: new Set<string>() }
  const nextLink = (): string => `gates-${seed - host.boot}-${Math.floor(random() * links)}`
  const gates = await Promise.all(Array.from({ length: lanes }, () => openGate(orders, shared)))
  tell({ told: 'ready' })
  const lane = async (gate: { readonly host: Host }): Promise<void> => {
    while (!stopping.signal.aborted) {
      await asked(gate.host, nextLink())
      await sleep(random() * 50)
    }
  }
  await Promise.all(gates.map(lane))
  await Promise.all(gates.map(({ close }) => close()))
}

const [, , orders = ''] = process.argv
void run(JSON.parse(orders))
