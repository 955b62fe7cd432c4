import { eventually } from './support/eventually'
import { faultWorld, type FaultKind, type FaultWorld } from './support/fault-world'
import { seededRandom } from './support/seeded-random'

// SIGKILL of supervisor, guard or both at random moments, while many links dial over and over.

const cycles = Number(process.env['FAULT_CYCLES'] ?? 40)
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000)
const linkCount = 20
const intervalCs = 200
const dialTimeoutCs = 100
const pauseMsMax = 700
const dialingShare = 0.8
const kinds: ReadonlyArray<FaultKind> = ['supervisor', 'guard', 'both']

type StoredEvent = {
  readonly type: string
  readonly id: string
  readonly revision: string
  readonly data: { readonly window?: string }
  readonly metadata: {
    readonly attempt?: string
    readonly appended: { readonly uptimeCs: number }
  }
}

const eventsOf = async (world: FaultWorld, link: string): Promise<ReadonlyArray<StoredEvent>> => {
  const printed = await world.program('events', '--link', link)
  return printed.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

const settling = ['ConnectionOpenFailed', 'AssociationEnded', 'DialNotStarted', 'DialAbandoned']

/** Centiseconds of uptime from which a window runs; null: the event opens none. */
const evidenceAt = (event: StoredEvent, events: ReadonlyArray<StoredEvent>): number | null => {
  const isFailure =
    ['ConnectionErrorOccurred', 'ConnectionOpenFailed'].includes(event.type) ||
    (event.type === 'AssociationEnded' && event.data.window === 'failure')
  if (isFailure) return event.metadata.appended.uptimeCs
  if (event.type !== 'DialAbandoned') return null
  const grant = events.find((it) => it.id === event.metadata.attempt)
  return grant === undefined ? null : grant.metadata.appended.uptimeCs + dialTimeoutCs
}

/** Starts that came before their window was over, told by the dialers' log against the ledger. */
const earlyStarts = (world: FaultWorld, link: string, events: ReadonlyArray<StoredEvent>) =>
  world.starts(link).flatMap((start) => {
    const grant = events.find((event) => event.id === start.attempt)
    if (grant === undefined) return [{ link, start, why: 'no grant in the ledger' }]
    return events
      .filter((event) => BigInt(event.revision) < BigInt(grant.revision))
      .flatMap((event) => {
        const at = evidenceAt(event, events)
        return at !== null && start.uptimeCs - at < intervalCs
          ? [{ link, start, why: `${event.type} at revision ${event.revision}` }]
          : []
      })
  })

describe(`${cycles} kills of supervisor, guard or both (FAULT_SEED=${seed})`, () => {
  let world: FaultWorld
  let hits = 0
  const books = new Map<string, ReadonlyArray<StoredEvent>>()
  const bookOf = (link: string): ReadonlyArray<StoredEvent> => books.get(link) ?? []

  beforeAll(
    async () => {
      process.stderr.write(`faults: FAULT_SEED=${seed} FAULT_CYCLES=${cycles}\n`)
      const random = seededRandom(seed)
      world = await faultWorld(linkCount)
      await eventually(() => world.links.some((link) => world.starts(link).length > 0))
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        await new Promise((resolve) => setTimeout(resolve, random() * pauseMsMax))
        // Mostly where a dialer runs: a dial that only waits has nothing to lose.
        const dialing = world.dialing()
        const victims = dialing.length > 0 && random() < dialingShare ? dialing : world.links
        hits += victims === dialing ? 1 : 0
        const link = victims[Math.floor(random() * victims.length)] ?? ''
        await world.kill(link, kinds[Math.floor(random() * kinds.length)] ?? 'both')
      }
      await world.stop()
      // What two kills left is ended by whoever dials next.
      await Promise.all(
        world.links.map((link) =>
          world.program('dial', link, '--wait', '--max-wait', '60', '--', 'true'),
        ),
      )
      for (const link of world.links) books.set(link, await eventsOf(world, link))
    },
    120_000 + cycles * 5_000,
  )

  afterAll(() => {
    for (const pid of world.living()) process.kill(pid, 'SIGKILL')
    world.remove()
  })

  it('meet running dialers', () => {
    expect(hits).toBeGreaterThan(cycles / 4)
  })

  it('leave no dialer behind', () => {
    expect(world.living()).toEqual([])
  })

  it('never lead to two dialers of one link at once', () => {
    expect(world.doubles()).toEqual([])
  })

  it('never lead to a dial without a grant, or before its window is over', () => {
    expect(world.links.flatMap((link) => earlyStarts(world, link, bookOf(link)))).toEqual([])
  })

  it('never lead to two dials under one grant', () => {
    const attempts = world.links.flatMap((link) => world.starts(link).map(({ attempt }) => attempt))
    expect(attempts).toHaveLength(new Set(attempts).size)
  })

  it('lose nothing that was acknowledged', () => {
    const settled = new Set(
      world.links.flatMap((link) =>
        bookOf(link)
          .filter(({ type }) => settling.includes(type))
          .map(({ metadata }) => metadata.attempt),
      ),
    )
    expect(world.acknowledged().filter((attempt) => !settled.has(attempt))).toEqual([])
  })

  it('settle each attempt at most once', () => {
    for (const link of world.links) {
      const settled = bookOf(link)
        .filter(({ type }) => settling.includes(type))
        .map(({ metadata }) => metadata.attempt)
      expect(settled).toHaveLength(new Set(settled).size)
    }
  })

  it('leave a ledger whose audit finds nothing broken', async () => {
    const audit = (await world.program('audit', '--json')).json()
    expect(audit.totals.broken).toBe(0)
    expect(audit.totals.dials).toBeGreaterThanOrEqual(cycles / 2)
  })
})
