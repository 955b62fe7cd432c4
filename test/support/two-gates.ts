import { setTimeout as sleep } from 'node:timers/promises'
import { changeSitePolicy } from '../../src/application/change-site-policy'
import type { EventStore } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { startGateHost, type GateHostProcess } from './gate-host-process'
import { fakeClock, partsOn } from './gate-world'
import { trueDialsOf, wrongsOf, type TrueDial } from './judge-dials'
import type { GateHostLine } from './processes/gate-host'
import { seededRandom } from './seeded-random'

/** How many links are asked for, how often each is dialed at least, and what repeats it all. */
export type TwoGates = {
  readonly store: string
  readonly links: number
  readonly dialsPerLink: number
  readonly seed: number
}

/** What came of it; `wrongs`: dials inside a window or beside another, in words. */
export type TwoGatesRun = {
  readonly dials: ReadonlyArray<ReadonlyArray<TrueDial>>
  readonly wrongs: ReadonlyArray<string>
  readonly exits: ReadonlyArray<number | null>
  readonly errors: string
  readonly summary: string
}

/** As short as policies can be, so that many windows open and close in little time. */
const policy = {
  openIntervalSec: 3,
  dialTimeoutSec: 12,
  notStartedWaitSec: 1,
  minUpTimeSec: 1,
  shortSessionsMax: 32,
  maxOpenRetries: 100_000,
  leaseSec: 5,
}

/** Sets the policy that {@link runTwoGates} goes by, for every link of a ledger. */
export const setShortPolicy = (store: EventStore): Promise<bigint> =>
  rightOf(
    changeSitePolicy(partsOn(store, fakeClock()), {
      type: 'RetryPolicyChanged',
      data: { set: policy, unset: [], reason: 'test', effectiveFrom: null },
      idFrom: 'random',
    }),
  )

const pollMs = 100
/** Dials that a host does at once, on fewer links fewer. */
const lanesMax = 16

/** How long a run may take, in milliseconds: for a machine that has much else to do. */
export const runMsMax = (links: number): number => 90_000 + links * 300

const countOf = (lines: ReadonlyArray<GateHostLine>, told: GateHostLine['told']): number =>
  lines.filter((line) => line.told === told).length

const linesOf = (hosts: ReadonlyArray<GateHostProcess>): ReadonlyArray<GateHostLine> =>
  hosts.flatMap(({ lines }) => lines)

/**
 * Two hosts, each a process of its own, ask for the same links of one ledger. Their wall clocks are
 * 90 s apart, and no clock of one says anything about the other's. One is killed midway, with what
 * it dials, and begins anew with another boot.
 */
export const runTwoGates = async (asked: TwoGates): Promise<TwoGatesRun> => {
  const { links, dialsPerLink, seed } = asked
  const random = seededRandom(seed)
  const lanes = Math.min(links, lanesMax)
  const start = (name: string, boot: number, skewSec: number): GateHostProcess =>
    startGateHost({ ...asked, lanes, seed: seed * 10 + boot, host: { name, boot, skewSec } })
  const [first, doomed] = [start('a', 1, 45), start('b', 2, -45)]
  const giveUpAt = performance.now() + runMsMax(links)
  const dialed = async (hosts: ReadonlyArray<GateHostProcess>, count: number): Promise<void> => {
    while (countOf(linesOf(hosts), 'dial') < count && performance.now() < giveUpAt) {
      await sleep(pollMs)
    }
  }
  await dialed([first, doomed], links * (0.3 + random() * 0.7))
  // Hosts load at different speeds, and one that never dialed has nothing to leave behind.
  await dialed([doomed], 1)
  const killedAt = await doomed.kill()
  const heir = start('b', 3, -45)
  await dialed([first, doomed, heir], links * dialsPerLink)
  await dialed([heir], 1)
  const exits = await Promise.all([first.stop(), heir.stop()])
  const dials = [
    trueDialsOf(first.lines, null),
    trueDialsOf(doomed.lines, killedAt),
    trueDialsOf(heir.lines, null),
  ]
  const lines = linesOf([first, doomed, heir])
  const counts = (['refused', 'void', 'unanswered'] as const).map(
    (told) => `${countOf(lines, told)} ${told}`,
  )
  return {
    dials,
    exits,
    wrongs: wrongsOf(dials.flat(), policy.openIntervalSec * 100),
    errors: first.errors() + heir.errors(),
    summary: `GATE_SEED=${seed} links=${links}: ${dials.map(({ length }) => length).join(' + ')} dials, ${counts.join(', ')}`,
  }
}
