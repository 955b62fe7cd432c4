import { cliWorld, testOwner } from '../../support/cli-world'
import { eventsOf, typesOf } from '../../support/gate-world'

let world: ReturnType<typeof cliWorld>
beforeEach(() => {
  world = cliWorld()
})

const someAttempt = '00000000-0000-4000-8000-00000000dead'

describe('grant', () => {
  it('prints everything that a supervisor in any language needs', async () => {
    const { code, json, err } = await world.run('grant', 'ISP', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { attempt, ...rest } = json()
    expect(rest).toEqual({
      granted: true,
      link: 'isp',
      startBy: '2026-01-01T00:00:05.000Z',
      startByUptimeSec: 3605,
      startWithinSec: 5,
      dialTimeoutSec: 120,
      leaseSec: null,
      revision: '0',
    })
    expect(await eventsOf(world.store)).toMatchObject([
      { id: attempt, data: { supervision: 'grant', owner: testOwner, dialer: 'generic' } },
    ])
  })

  it('exits 75 for a refusal that time alone will lift', async () => {
    await world.run('record', 'isp', 'ras-error')
    const { code, json, err } = await world.run('grant', 'isp', '--json')
    expect(code).toBe(75)
    expect(json()).toEqual({
      granted: false,
      link: 'isp',
      deniedBy: [{ rule: 'open-interval', notBefore: '2026-01-01T00:10:00.000Z' }],
      notBefore: '2026-01-01T00:10:00.000Z',
      retryAfterSec: 600,
      lastFailure: {
        type: 'RasErrorOccurred',
        origin: 'record',
        code: null,
        at: '2026-01-01T00:00:00.000Z',
      },
    })
    expect(err).toMatch(/^open-interval: isp: refused: open-interval; 600 s left, not before/u)
    expect(err).toContain('; last failure: RasErrorOccurred (record); see')
    expect(err).toContain("see: open-interval explain 'isp'")
  })

  it('names the code of the last failure, and no failure where there is none', async () => {
    await world.run('record', 'isp', 'ras-error', '--code', '629')
    const { err } = await world.run('grant', 'isp')
    expect(err).toContain('; last failure: RasErrorOccurred 629 (record); see')
    await world.run('grant', 'lte')
    const never = await world.run('grant', 'lte', '--json')
    expect(never.json().lastFailure).toBeNull()
    expect(never.err).not.toContain('last failure')
  })

  it.each([
    ['unknown', true],
    ['alive', false],
  ] as const)(
    'names release where a link is connected and its owner is %s: %s',
    async (judgement, isNamed) => {
      const attempt = await world.dial('isp', 'grant')
      await world.run('settle', 'isp', 'up', '--attempt', attempt)
      world.judgement = judgement
      const { code, err } = await world.run('grant', 'isp')
      expect({ code, isNamed: err.includes("open-interval release 'isp'") }).toEqual({
        code: 75,
        isNamed,
      })
      expect(err).toContain('refused: connected')
    },
  )

  it('exits 77 for a refusal that a person must lift (G26)', async () => {
    await world.run('hold', 'isp', '--new', '--reason', 'bill')
    const { code, json, err } = await world.run('grant', 'isp', '--json')
    expect(code).toBe(77)
    expect(json()).toMatchObject({ granted: false, retryAfterSec: null, notBefore: null })
    expect(err).toContain('a person must act')
  })

  it('keeps its words for stderr when it is not asked for JSON', async () => {
    await world.run('record', 'isp', 'ras-error')
    expect(await world.run('grant', 'isp')).toMatchObject({ code: 75, out: '' })
  })

  it("refuses while somebody else has the link's lock (R2)", async () => {
    world.lockHeld = true
    const { code, json } = await world.run('grant', 'isp', '--json')
    expect(code).toBe(75)
    expect(json().deniedBy).toMatchObject([{ rule: 'lock-held' }])
  })

  it('takes the pid of a living process as owner, and nothing else', async () => {
    expect((await world.run('grant', 'isp', '--owner', '4711')).code).toBe(0)
    for (const pid of ['1', 'me', '-4', '']) {
      const { code, err } = await world.run('grant', 'isp', '--owner', pid)
      expect(code).toBe(64)
      expect(err).toContain('--owner takes the pid of a living process')
    }
  })

  it('ends the connected link of an owner that asks again (R5)', async () => {
    const { attempt } = (await world.run('grant', 'isp', '--json')).json()
    await world.run('settle', 'isp', 'up', '--attempt', attempt)
    world.clock.at(5000)
    const { code, json } = await world.run('grant', 'isp', '--json')
    expect(code).toBe(75)
    expect(json().deniedBy).toMatchObject([{ rule: 'open-interval' }])
    expect(await eventsOf(world.store)).toMatchObject([
      {},
      {},
      { type: 'AssociationEnded', data: { abnormal: true, reason: 'owner-asks-again' } },
    ])
  })

  it.each(['', ' ', 'a\u0000b', 'x'.repeat(1025)])('rejects %j as a name with 64', async (name) => {
    const { code, err } = await world.run('grant', name)
    expect(code).toBe(64)
    expect(err).toContain('cannot name a link')
  })
})

describe('settle', () => {
  const settle = (attempt: string, outcome: string, ...more: string[]) =>
    world.run('settle', 'isp', outcome, '--attempt', attempt, '--json', ...more)

  it.each([
    [['up'], ['AssociationOpened']],
    [
      ['up', 'down'],
      ['AssociationOpened', 'AssociationEnded'],
    ],
    [['failed'], ['ConnectionErrorOccurred', 'ConnectionOpenFailed']],
    [['down'], ['ConnectionErrorOccurred', 'ConnectionOpenFailed']],
    [['not-started'], ['DialNotStarted']],
  ])('records %s as %s', async (outcomes, events) => {
    const attempt = await world.dial('isp', 'grant')
    for (const outcome of outcomes) {
      world.clock.at(world.clock.read().uptimeCs / 100 - 3600 + 1)
      expect((await settle(attempt, outcome)).code).toBe(0)
    }
    expect((await typesOf(world.store)).slice(1)).toEqual(events)
  })

  it('keeps the code, and tells what was recorded', async () => {
    const attempt = await world.dial('isp', 'grant')
    const { json } = await settle(attempt, 'failed', '--code', '629')
    expect(json()).toEqual({
      link: 'isp',
      attempt,
      events: ['ConnectionErrorOccurred', 'ConnectionOpenFailed'],
    })
    expect(await eventsOf(world.store)).toMatchObject([
      {},
      { data: { code: 629 } },
      { data: { code: 629 } },
    ])
  })

  it.each([
    [['up', 'up'], 0, 0],
    [['up', 'down', 'down'], 0, 0],
    [['not-started', 'not-started'], 0, 1],
    [['failed', 'not-started'], 0, 1],
    [['failed', 'failed'], 1, 1],
    [['not-started', 'failed'], 1, 1],
    [['up', 'down', 'failed'], 1, 1],
  ])('settles an attempt once: after %j it has %i more and %i failures', async (...row) => {
    const [outcomes, added, failures] = row
    const attempt = await world.dial('isp', 'grant')
    for (const outcome of outcomes.slice(0, -1)) {
      world.clock.at(world.clock.read().uptimeCs / 100 - 3600 + 30)
      expect((await settle(attempt, outcome)).code).toBe(0)
    }
    const before = (await typesOf(world.store)).length
    world.clock.at(90)
    const again = await world.run('settle', 'isp', outcomes.at(-1) ?? '', '--attempt', attempt)
    expect(again.code).toBe(0)
    expect(await typesOf(world.store)).toHaveLength(before + added)
    expect(again.out).toContain(added === 0 ? 'recorded before' : 'settled before; recorded as')
    const { consecutiveFailures } = (await world.run('status', 'isp', '--json')).json().links[0]
    expect(consecutiveFailures).toBe(failures)
  })

  it('exits 65 for an attempt that is not open, and for an up that comes too late', async () => {
    expect((await settle(someAttempt, 'up')).code).toBe(65)
    const attempt = await world.dial('isp', 'grant')
    world.clock.at(121)
    const { code, err } = await settle(attempt, 'up')
    expect(code).toBe(65)
    expect(err).toContain('counts as abandoned: ask for a new grant')
  })

  it('leaves the end of a supervised attempt to its supervisor (R14)', async () => {
    const attempt = await world.dial('isp', 'supervised')
    const { code, err } = await settle(attempt, 'down')
    expect(code).toBe(65)
    expect(err).toContain('is supervised')
  })

  it('exits 64 for an unknown outcome, a code that is no number, a missing attempt', async () => {
    expect((await settle(someAttempt, 'gone')).err).toContain('settle takes up, down, failed')
    expect((await settle(someAttempt, 'failed', '--code', '6x9')).code).toBe(64)
    expect((await world.run('settle', 'isp', 'up')).code).toBe(64)
  })
})

describe('record', () => {
  const record = (fact: string, ...more: string[]) =>
    world.run('record', 'isp', fact, '--json', ...more)

  it.each([
    ['dial', 'DialObserved'],
    ['ras-error', 'RasErrorOccurred'],
    ['connection-error', 'ConnectionErrorOccurred'],
    ['open-failed', 'ConnectionOpenFailed'],
    ['not-started', 'DialNotStarted'],
    ['up', 'AssociationOpened'],
    ['down', 'AssociationEnded'],
    ['down-abnormal', 'AssociationEnded'],
  ])('appends %s as %s', async (fact, type) => {
    const { code, json } = await record(fact)
    expect(code).toBe(0)
    expect(json()).toEqual({ link: 'isp', events: [type], revision: '0' })
  })

  it('keeps the time that is stated, in UTC (R15)', async () => {
    await record('dial', '--at', '2026-01-01T01:00:00+02:00')
    expect(await eventsOf(world.store)).toMatchObject([
      { metadata: { stated: '2025-12-31T23:00:00.000Z', source: { kind: 'record' } } },
    ])
  })

  it('does not touch an open attempt unless it names it (G4, R14)', async () => {
    await world.dial('isp', 'grant')
    await record('ras-error')
    await record('up')
    const { json } = await world.run('status', 'isp', '--json')
    expect(json().links).toMatchObject([{ phase: 'dialing' }])
  })

  it('touches the attempt that is current: granted in this boot before it began', async () => {
    const attempt = await world.dial('isp', 'grant')
    world.clock.at(3)
    await record('up', '--attempt', 'current')
    await record('down', '--attempt', 'current')
    expect(await eventsOf(world.store)).toMatchObject([
      {},
      { type: 'AssociationOpened', metadata: { attempt } },
      { type: 'AssociationEnded', metadata: { attempt }, data: { abnormal: false } },
    ])
  })

  it('takes none for current that was granted after it began (G30)', async () => {
    const hung = world.clock.read()
    world.clock.at(100)
    const attempt = await world.dial('isp', 'grant')
    world.clock.at(120)
    const { read } = world.clock
    const asked = { ...world.clock, read: () => hung }
    world.clock = asked
    const { code, err } = await record('down', '--attempt', 'current')
    world.clock = { ...asked, read }
    expect(code).toBe(65)
    expect(err).toContain('give --attempt ID')
    expect(await eventsOf(world.store)).toMatchObject([{ id: attempt }])
  })

  it('takes none for current that another boot granted, or that is settled', async () => {
    const attempt = await world.dial('isp', 'grant')
    world.clock.reboots()
    world.clock.at(3)
    expect((await record('down', '--attempt', 'current')).code).toBe(65)
    await world.run('settle', 'isp', 'failed', '--attempt', attempt)
    expect((await record('down', '--attempt', 'current')).code).toBe(65)
  })

  it('may report a supervised attempt up, and leaves its end to the supervisor (R14)', async () => {
    const attempt = await world.dial('isp', 'supervised')
    expect((await record('up', '--attempt', attempt)).code).toBe(0)
    expect((await record('down', '--attempt', attempt)).code).toBe(65)
    expect((await record('down-abnormal', '--attempt', attempt)).code).toBe(0)
    const { json } = await world.run('status', 'isp', '--json')
    expect(json().links).toMatchObject([{ phase: 'connected' }])
  })

  it('rejects an unknown event, a bad code and a time without a zone, with 64', async () => {
    expect((await record('fax')).err).toContain('record takes dial, ras-error')
    expect((await record('ras-error', '--code', '')).code).toBe(64)
    expect((await record('ras-error', '--at', '2026-01-01T00:00:00')).code).toBe(64)
    expect(await typesOf(world.store)).toEqual([])
  })
})
