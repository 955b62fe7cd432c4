import fc from 'fast-check'
import { compactDialing, evolveDialing } from '../../domain/dialing-evolve'
import { initialDialing } from '../../domain/dialing-state'
import type { DialingContext } from '../../domain/dial-denials'
import { statusOf } from '../../domain/link-status'
import { contextOf, linkOf } from '../support/ledger-world'
import { runs } from '../support/runs'
import {
  act,
  ask,
  histories,
  judgementOf,
  newSimulation,
  simulated,
  type Happening,
  type Simulation,
} from '../support/simulate-links'
import { readBack } from '../support/read-back'
import { wrongDials } from '../support/wrong-dials'

// A thousand histories on a busy machine; FC_RUNS asks for more.
jest.setTimeout(600_000)

const simulate = (history: ReadonlyArray<Happening>): Simulation => {
  const simulation = newSimulation()
  for (const happening of history) act(simulation, happening)
  return simulation
}

/** What the observer saw that concerns one link. */
const seenOf = ({ seen }: Simulation, link: string) =>
  seen.filter(({ item }) => item.stream === 'site-policy' || item.stream === `link-${link}`)

describe('any history of links, hosts, crashes, reboots, clock steps and policies', () => {
  it('has no dial inside a window, beside an attempt, on a held link or over a limit', () => {
    let dials = 0
    fc.assert(
      fc.property(histories, (history) => {
        const simulation = simulate(history)
        for (const link of simulated.links) {
          expect(wrongDials(seenOf(simulation, link))).toEqual([])
        }
        dials += simulation.seen.filter(({ item }) => item.type === 'DialAttempted').length
      }),
      runs(),
    )
    // A gate that never grants would pass as well.
    expect(dials).toBeGreaterThan(runs().numRuns)
  })

  it('never has two open attempts, and refuses what it just granted', () => {
    fc.assert(
      fc.property(histories, fc.nat(2), (history, second) => {
        const simulation = newSimulation()
        for (const happening of history) {
          const host = simulated.hosts[second] ?? 'a'
          if (happening.kind !== 'ask') {
            act(simulation, happening)
            continue
          }
          const granted = ask(simulation, host, 'isp')
          if (granted) {
            for (const other of simulated.hosts) expect(ask(simulation, other, 'isp')).toBe(false)
          }
        }
      }),
      runs(),
    )
  })

  it('gives the same state in one fold, in two, and from stored text', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, cut) => {
        const { world } = simulate(history)
        const { items, state } = linkOf(world, 'isp')
        const middle = cut % (items.length + 1)
        const first = readBack(items).slice(0, middle).reduce(evolveDialing, initialDialing)
        expect(items.slice(middle).reduce(evolveDialing, first)).toEqual(state)
      }),
      runs(),
    )
  })

  it('is decided by alike when states were made compact on the way', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(2), (history, cut, asker) => {
        const { world } = simulate(history)
        const { items, state } = linkOf(world, 'isp')
        const middle = cut % (items.length + 1)
        const first = compactDialing(items.slice(0, middle).reduce(evolveDialing, initialDialing))
        const compact = compactDialing(items.slice(middle).reduce(evolveDialing, first))
        const context = contextOf(world, { link: 'isp', host: simulated.hosts[asker] ?? 'a' })
        expect(statusOf(context, compact)).toEqual(statusOf(context, state))
      }),
      runs(),
    )
  })

  it('always has a status, idle exactly when a dial would be granted', () => {
    fc.assert(
      fc.property(histories, fc.nat(2), (history, asker) => {
        const simulation = simulate(history)
        const host = simulated.hosts[asker] ?? 'a'
        const link = linkOf(simulation.world, 'isp')
        const status = statusOf(contextOf(simulation.world, { link: 'isp', host }), link.state)
        const isConnected = status.phase === 'connected'
        // A status does not look for processes, so it cannot know of a supervisor that hangs.
        const isLookedAfter = judgementOf(simulation, host, 'isp') === 'alive'
        if (!isConnected && !isLookedAfter) {
          expect(ask(simulation, host, 'isp')).toBe(status.refusal === null)
        }
      }),
      runs(),
    )
  })

  it('keeps its status until the time that the status tells, as far as no event comes', () => {
    fc.assert(
      fc.property(histories, fc.nat(2), fc.nat(1_000_000), (history, asker, laterCs) => {
        const { world } = simulate(history)
        const host = simulated.hosts[asker] ?? 'a'
        const context = contextOf(world, { link: 'isp', host })
        const { state } = linkOf(world, 'isp')
        const seenAt = (cs: number) => {
          const status = statusOf(movedOn(context, cs), state)
          const rules = status.refusal?.deniedBy.map(({ rule }) => rule) ?? []
          return { rules, phase: status.phase, failures: status.consecutiveFailures }
        }
        const { changesInCs } = statusOf(context, state)
        const stillCs = changesInCs === null ? laterCs : laterCs % changesInCs
        expect(seenAt(stillCs)).toEqual(seenAt(0))
      }),
      runs(),
    )
  })
})

/** The same question so many centiseconds later. */
const movedOn = (context: DialingContext, cs: number): DialingContext => {
  const { uptimeCs, wall } = context.now
  const now = {
    ...context.now,
    uptimeCs: uptimeCs + cs,
    wall: new Date(Date.parse(wall) + cs * 10).toISOString(),
  }
  return { ...context, now, occurred: now }
}
