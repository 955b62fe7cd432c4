import { sitePolicyStream } from '../../../domain/events'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { changeLink } from '../../../src/application/change-link'
import { changeSitePolicy } from '../../../src/application/change-site-policy'
import { linkGate } from '../../../src/application/link-gate'
import { loadLink } from '../../../src/application/load-link'
import { recallingParts } from '../../../src/application/recalling-parts'
import type { EventStore } from '../../../src/ports/event-store'
import { rightOf } from '../../support/event-store-contract'
import {
  aRequest,
  eventsOfType,
  fakeClock,
  granted,
  livenessThatJudges,
  partsOn,
  refused,
  rulesOf,
  typesOf,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'

const isp = linkId('isp')

/** A store that counts its reads; `beforeAnswer` runs when one was read and is not told yet. */
const countingStore = () => {
  const store = memoryEventStore()
  const world = {
    reads: 0,
    beforeAnswer: (_stream: string): Promise<void> => Promise.resolve(),
  }
  const counted: EventStore = {
    ...store,
    readStream: (range) => async () => {
      world.reads += 1
      const page = await store.readStream(range)()
      await world.beforeAnswer(range.stream)
      return page
    },
  }
  return { store, counted, world }
}

/** A gate that recalls, and another host without one. */
const worldOf = () => {
  const { store, counted, world } = countingStore()
  const clock = fakeClock()
  const parts = recallingParts(partsOn(counted, clock))
  const other = partsOn(store, fakeClock('b'), 'b')
  const liveness = livenessThatJudges('gone')
  const gate = linkGate(parts, liveness)
  const change = (of: typeof other, command: Parameters<typeof changeLink>[1]['command']) =>
    rightOf(
      changeLink(of, { command, occurred: of.clock.read(), stated: null, source: 'record' })(isp),
    )
  const holdSite = (of: typeof other) =>
    rightOf(changeSitePolicy(of, { type: 'LinkHeld', data: { reason: 'x' }, idFrom: 'random' }))
  return { store, world, clock, parts, other, liveness, gate, change, holdSite }
}

describe('a gate that recalls what it read', () => {
  it('grants without asking the store again', async () => {
    const { store, gate, parts, world } = worldOf()
    await rightOf(loadLink(parts, isp))
    const before = world.reads
    await granted(gate.request(aRequest()))
    expect(world.reads - before).toBe(0)
    expect(await typesOf(store)).toEqual(['DialAttempted'])
  })

  it('reads link and policy once for a grant that it knew nothing of', async () => {
    const { gate, world } = worldOf()
    await granted(gate.request(aRequest()))
    expect(world.reads).toBe(2)
  })

  it('reads only the link where the policy was read a moment ago', async () => {
    const { gate, parts, world } = worldOf()
    await rightOf(loadLink(parts, linkId('other')))
    const before = world.reads
    await granted(gate.request(aRequest()))
    expect(world.reads - before).toBe(1)
  })

  it('grants nothing on a link that somebody else has changed since', async () => {
    const { store, gate, parts, other, change } = worldOf()
    await rightOf(loadLink(parts, isp))
    await change(other, { type: 'HoldLink', reason: 'bill' })
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
    expect(await typesOf(store)).not.toContain('DialAttempted')
  })

  it('sees any event that came after the one it knew, even one that denies nothing', async () => {
    const { store, gate, parts, other, change } = worldOf()
    await change(other, { type: 'HoldLink', reason: 'bill' })
    await change(other, { type: 'ReleaseLink', reason: 'paid', past: null })
    await rightOf(loadLink(parts, isp))
    await change(other, { type: 'HoldLink', reason: 'bill' })
    await change(other, { type: 'ReleaseLink', reason: 'paid', past: null })
    await granted(gate.request(aRequest()))
    const [grant] = await eventsOfType(store, 'DialAttempted')
    expect(grant?.revision).toBe(4n)
  })

  it('refuses nothing that it has not asked the store for', async () => {
    const { gate, parts, other, change } = worldOf()
    await change(other, { type: 'HoldLink', reason: 'bill' })
    // A refusal is stored once; the same again would append nothing that could conflict.
    await refused(gate.request(aRequest()))
    await rightOf(loadLink(parts, isp))
    await change(other, { type: 'ReleaseLink', reason: 'paid', past: null })
    await granted(gate.request(aRequest()))
  })

  it('judges an open attempt that it reads, never one that it recalls', async () => {
    const { gate, parts, other, liveness, world } = worldOf()
    await granted(linkGate(other, livenessThatJudges('unknown')).request(aRequest()))
    await rightOf(loadLink(parts, isp))
    const before = world.reads
    await refused(gate.request(aRequest()))
    expect(world.reads).toBeGreaterThan(before)
    expect(liveness.asked).toHaveLength(1)
  })

  it('forgets what this process appends to', async () => {
    const { gate, parts, change } = worldOf()
    await rightOf(loadLink(parts, isp))
    await change(parts, { type: 'HoldLink', reason: 'bill' })
    expect(parts.recall).toBeDefined()
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })
})

describe('the policy of the site that a gate recalls', () => {
  it('is read again once it is older than a second, by when it was read', async () => {
    const { clock, gate, parts, other, holdSite } = worldOf()
    await rightOf(loadLink(parts, isp))
    await holdSite(other)
    clock.at(1.01)
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('has aged since its read began, however late that was answered', async () => {
    const { clock, gate, parts, other, world, holdSite } = worldOf()
    world.beforeAnswer = async (stream) => {
      world.beforeAnswer = () => Promise.resolve()
      expect(stream).toBe(sitePolicyStream)
      await holdSite(other)
      clock.at(1.01)
    }
    await rightOf(loadLink(parts, isp))
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('does not become younger by a link that was read later', async () => {
    const { clock, gate, parts, other, holdSite } = worldOf()
    await rightOf(loadLink(parts, linkId('other')))
    await holdSite(other)
    clock.at(0.9)
    await rightOf(loadLink(partsWithoutSite(parts), isp))
    clock.at(1.1)
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('is not held against a clock that stepped back', async () => {
    const { clock, gate, parts, other, holdSite } = worldOf()
    clock.at(100)
    await rightOf(loadLink(parts, isp))
    await holdSite(other)
    clock.at(50)
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('is forgotten when this process changes it', async () => {
    const { gate, parts, holdSite } = worldOf()
    await rightOf(loadLink(parts, isp))
    await holdSite(parts)
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('is not put back by a read that was under way when this process changed it', async () => {
    const { gate, parts, world, holdSite } = worldOf()
    world.beforeAnswer = async () => {
      world.beforeAnswer = () => Promise.resolve()
      await holdSite(parts)
    }
    await rightOf(loadLink(parts, isp))
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('is never put back by a read that began before another', async () => {
    const { clock, gate, parts, other, world, holdSite } = worldOf()
    world.beforeAnswer = async () => {
      world.beforeAnswer = () => Promise.resolve()
      await holdSite(other)
      clock.at(0.5)
      await rightOf(loadLink(parts, linkId('other')))
    }
    await rightOf(loadLink(parts, isp))
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
  })

  it('may have two seconds at most when a grant is decided, the read of the link included', async () => {
    const { clock, gate, parts, other, world, holdSite } = worldOf()
    await rightOf(loadLink(partsWithoutSite(parts), isp))
    clock.at(0.2)
    await rightOf(loadLink(parts, linkId('other')))
    clock.at(0.95)
    const request = aRequest()
    const slow = {
      ...request,
      prepare: (planned: Parameters<typeof request.prepare>[0]) => {
        // From now on the link is to be read again, the policy is not.
        clock.at(1.05)
        world.beforeAnswer = async (stream) => {
          world.beforeAnswer = () => Promise.resolve()
          expect(stream).not.toBe(sitePolicyStream)
          await holdSite(other)
          clock.at(2.3)
        }
        return request.prepare(planned)
      },
    }
    expect(rulesOf(await refused(gate.request(slow)))).toContain('held')
  })

  it('may have two seconds at most when a grant is decided, the wait for its processes included', async () => {
    const { clock, gate, parts, other, holdSite } = worldOf()
    await rightOf(loadLink(parts, isp))
    clock.at(0.9)
    const request = aRequest()
    const slow = {
      ...request,
      prepare: async (planned: Parameters<typeof request.prepare>[0]) => {
        await holdSite(other)
        clock.at(1.2)
        return request.prepare(planned)
      },
    }
    expect(rulesOf(await refused(gate.request(slow)))).toContain('held')
  })
})

/** Parts whose reads of the site's policy tell nothing to what is recalled. */
const partsWithoutSite = (parts: ReturnType<typeof recallingParts>): typeof parts => ({
  ...parts,
  fold: (projection, stream) =>
    stream === sitePolicyStream
      ? partsOn(memoryEventStore(), parts.clock).fold(projection, stream)
      : parts.fold(projection, stream),
})
