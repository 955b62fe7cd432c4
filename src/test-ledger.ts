import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { siteLedgerStream, type OwnerProcess } from '../domain/events'
import { memoryEventStore } from './adapters/memory/memory-event-store'
import { memoryLinkLocks, type MemoryLinkLocks } from './adapters/memory/memory-link-locks'
import { appendAtEnd } from './application/append-at-end'
import { draw } from './application/draw'
import { foldStream } from './application/fold-stream'
import type { LedgerParts } from './application/ledger-parts'
import { connectionLedger, type ConnectionLedger } from './connection-ledger'
import type { EventStore } from './ports/event-store'
import type { Liveness } from './ports/liveness'
import { testClock, type RebootableClock, type TestClock } from './test-clock'

/** A ledger in memory, for the tests of who uses one: the same door, and a clock that they move. */
export type TestLedger = {
  readonly ledger: ConnectionLedger
  readonly clock: TestClock
  /** Another process opens the same ledger, while the ones before go on. */
  readonly openAgain: () => ConnectionLedger
  /** Every process so far is gone, as by SIGKILL; a new one opens the ledger. */
  readonly restart: () => ConnectionLedger
  /** The machine starts anew, after so many seconds (60) of being off; a new process opens the ledger. */
  readonly reboot: (offSec?: number) => ConnectionLedger
  /** Whether the ledger cannot be read or written, as when its disk is away. */
  readonly setAway: (isAway: boolean) => void
}

/** How a test begins. */
export type TestLedgerOptions = {
  /** What the wall clock shows, ISO 8601 UTC. */
  readonly startAt?: string
  /** Told what a person would be told. */
  readonly onNotice?: (message: string) => void
}

/** Makes a ledger that lives as long as the test that holds it. */
export const testLedger = async ({
  startAt = '2026-01-01T00:00:00.000Z',
  onNotice = () => undefined,
}: TestLedgerOptions = {}): Promise<TestLedger> => {
  const clock = testClock(startAt)
  const machine: Machine = {
    ...{ clock, onNotice, ledgerId: randomUUID(), away: false },
    ...{
      store: memoryEventStore(),
      locks: memoryLinkLocks(),
      living: new Set(),
      doors: [],
      pids: 100,
    },
  }
  await begin(machine)
  const restart = (): ConnectionLedger => {
    for (const pid of machine.living) machine.locks.giveBackAll(pid)
    machine.living.clear()
    // Functions cannot be killed: what was guarded is asked to end, and writes nothing any more.
    for (const door of machine.doors.splice(0)) void door.close({ settle: 'leave' })
    return openOn(machine)
  }
  return {
    ledger: openOn(machine),
    clock,
    openAgain: () => openOn(machine),
    restart,
    reboot: (offSec = 60) => {
      clock.reboot(offSec)
      return restart()
    },
    setAway: (isAway) => {
      machine.away = isAway
    },
  }
}

/** What the pretended processes of one test share. */
type Machine = {
  readonly clock: RebootableClock
  readonly onNotice: (message: string) => void
  readonly ledgerId: string
  readonly store: EventStore
  readonly locks: MemoryLinkLocks
  readonly living: Set<number>
  readonly doors: ConnectionLedger[]
  pids: number
  away: boolean
}

const host = 'test-host'

const partsOn = (store: EventStore, clock: TestClock): LedgerParts => ({
  ...{ store, clock, host, draw, newId: randomUUID, actor: 'tester' },
  fold: foldStream(store),
  sleepMs: (ms) => sleep(ms),
})

const begin = async ({ store, clock, ledgerId }: Machine): Promise<void> => {
  const created = await appendAtEnd(partsOn(store, clock), {
    ...{ stream: siteLedgerStream, expected: 'any', source: 'record', stated: null },
    occurred: clock.read(),
    drafts: [{ type: 'LedgerCreated', data: { ledgerId }, idFrom: 'random' }],
  })()
  if (E.isLeft(created)) throw new Error(`a ledger in memory: ${created.left._tag}`)
}

const openOn = (machine: Machine): ConnectionLedger => {
  const pid = (machine.pids += 1)
  machine.living.add(pid)
  const owner: OwnerProcess = { pid, startTicks: pid, pidNamespace: 'pid:[test]' }
  const store = storeOf(machine, pid)
  const { clock, ledgerId, locks, onNotice } = machine
  const door = connectionLedger(
    {
      ...{ path: 'memory', ledgerId },
      parts: partsOn(store, clock),
      liveness: livenessOf(machine),
      locks: locks.of(pid),
      thisProcess: () => owner,
      isLockHeld: (link) => Promise.resolve(locks.isHeld(link)),
      isLocked: (link) => Promise.resolve(locks.isHeld(link)),
      close: () => Promise.resolve(),
    },
    onNotice,
  )
  machine.doors.push(door)
  return door
}

/** The store as one process has it: not while the ledger is away, nor once the process is gone. */
const storeOf = (machine: Machine, pid: number): EventStore => {
  const { store, living } = machine
  const there = <Args extends ReadonlyArray<unknown>, A>(
    does: (...args: Args) => () => Promise<A>,
  ) => {
    const why = 'the test took the ledger away'
    const isThere = () => living.has(pid) && !machine.away
    return (...args: Args) =>
      () =>
        isThere() ? does(...args)() : Promise.resolve(E.left({ _tag: 'Unavailable' as const, why }))
  }
  return {
    append: there(store.append),
    readStream: there(store.readStream),
    readAll: there(store.readAll),
    newest: there(store.newest),
    streams: there(store.streams),
    end: there(() => store.end)(),
    changes: store.changes,
    close: () => Promise.resolve(),
  }
}

/** Who lives is known here, as the kernel knows it. */
const livenessOf = ({ clock, living }: Machine): Liveness => ({
  judge: (_link, { granted, supervisor, owner }) => {
    const named = supervisor ?? owner
    const lives = named !== null && living.has(named.pid)
    return Promise.resolve(granted.bootId === clock.read().bootId && lives ? 'alive' : 'gone')
  },
})
