import fc from 'fast-check'
import { initialDialing, type DialingState } from '../../domain/dialing-state'
import type { RetryPolicy } from '../../domain/policy'
import { evolveDialing } from '../../domain/dialing-evolve'
import { itemsOf } from '../../domain/long-list'
import { policyOf } from '../../domain/dial-denials'
import { contextOf, linkOf } from '../support/ledger-world'
import { aReading, aRecorded } from '../support/event-builders'
import { runs } from '../support/runs'
import {
  act,
  ask,
  histories,
  newSimulation,
  simulated,
  type Happening,
} from '../support/simulate-links'

// A thousand histories on a busy machine; FC_RUNS asks for more.
jest.setTimeout(600_000)

/**
 * Seconds within which a clock that keeps asking must be granted (R13): the longest interval that
 * was ever in force with its jitter, or R9's limit, after an open attempt's dial timeout. R7's probe
 * is out of the way because the link was released. On top: one step between two asks for the dial
 * timeout and one for the rest, and 2 cs of rounding for each span.
 */
const longestWaitSec = (
  history: ReadonlyArray<Happening>,
  { policy, state }: { readonly policy: RetryPolicy; readonly state: DialingState },
): number => {
  const intervals = history.flatMap((happening) =>
    happening.kind === 'policy' ? (happening.set.openIntervalSec ?? []) : [],
  )
  const limitSec = Math.max(0, ...policy.limits.map(({ perSec }) => perSec))
  const spans = Number(state.revision) + 30
  return (
    (state.attempt?.dialTimeoutSec ?? 0) +
    Math.max(Math.max(60, ...intervals) + policy.jitterMaxSec, limitSec) +
    2 * (policy.openIntervalSec / 10) +
    spans / 50
  )
}

describe('a clock that keeps asking', () => {
  it('is granted within one interval of its uptime after any history', () => {
    fc.assert(
      fc.property(histories, fc.nat(2), fc.boolean(), (history, asker, isBooting) => {
        const host = simulated.hosts[asker] ?? 'a'
        const simulation = newSimulation()
        const { world } = simulation
        for (const happening of history) act(simulation, happening)
        act(simulation, { kind: 'release', host: asker, link: 0 })
        if (isBooting) act(simulation, { kind: 'reboot', host: asker, link: 0 })
        // No supervisor outlives its attempt's dial timeout unsettled; here they are gone at once.
        for (const attempt of simulation.attempts.get('isp') ?? []) attempt.isSupervised = false
        const { state } = linkOf(world, 'isp')
        const policy = policyOf(contextOf(world, { link: 'isp', host }), state)
        const sinceCs = world.nowCs
        const boundSec = longestWaitSec(history, { policy, state })
        while (!ask(simulation, host, 'isp')) {
          expect((world.nowCs - sinceCs) / 100).toBeLessThanOrEqual(boundSec)
          world.nowCs += policy.openIntervalSec * 10
        }
      }),
      runs(),
    )
  })
})

describe('the state of a link', () => {
  it('stays small however much is imported or recorded', () => {
    let state = initialDialing
    for (let n = 0; n < 10_000; n += 1) {
      const isImport = n % 2 === 0
      state = evolveDialing(
        state,
        aRecorded(
          {
            type: 'RasErrorOccurred',
            data: isImport
              ? { origin: 'mta:9311', code: n % 100 }
              : { origin: 'record', code: n % 100, episode: null },
          },
          BigInt(n),
          {
            appended: aReading({ uptimeCs: n * 100, bootId: `boot-${n % 3}` }),
            stated: '2026-01-01T00:00:00.000Z',
            source: isImport
              ? {
                  kind: 'import',
                  logId: 'log',
                  fileHash: 'f',
                  record: n,
                  offset: null,
                  computer: null,
                }
              : { kind: 'record' },
          },
        ),
      )
    }
    expect(state.waits.length).toBeLessThanOrEqual(16)
    expect(itemsOf(state.trace.points).length).toBeLessThan(400)
    expect(state.failures).toBe(5000)
  })
})
