import { epochMs, uuidOf } from '../../support/event-builders'
import { rightOf } from '../../support/event-store-contract'
import { cliWorld, type Json } from '../../support/cli-world'
import { sealedEvent } from '../../support/sealed-events'
import { testLedgerId } from '../../support/sqlite-ledger'

let world: ReturnType<typeof cliWorld>
beforeEach(() => {
  world = cliWorld()
})

const at = (sec: number): string => new Date(epochMs + sec * 1000).toISOString()

const row = async (link = 'isp') => {
  const { code, json } = await world.run('status', link, '--json')
  expect(code).toBe(0)
  return json().links[0]
}

describe('status --json', () => {
  it('names the store and its ledger, and no link before there is one', async () => {
    const { code, json, err } = await world.run('status', '--json')
    expect(code).toBe(0)
    expect(json()).toEqual({ store: 'sqlite:/ledger.db', ledgerId: testLedgerId, links: [] })
    expect(err).toBe('')
  })

  it('tells of a link that failed, field by field', async () => {
    world.clock.at(10)
    await world.run('record', 'ISP', 'ras-error', '--code', '629')
    world.clock.at(110)
    expect(await row()).toEqual({
      link: 'isp',
      phase: 'waiting',
      mayDial: false,
      deniedBy: [{ rule: 'open-interval', notBefore: at(610.01) }],
      closesAt: at(610.01),
      retryAfterSec: 500.01,
      since: at(10),
      upBasis: null,
      consecutiveFailures: 1,
      lastFailure: { type: 'RasErrorOccurred', origin: 'record', code: 629, at: at(10) },
      policyVersion: 'defaults',
      revision: '0',
      downSince: at(10),
    })
  })

  it('calls a link idle once its window is over', async () => {
    await world.run('record', 'isp', 'ras-error')
    world.clock.at(601)
    expect(await row()).toMatchObject({
      phase: 'idle',
      mayDial: true,
      deniedBy: [],
      retryAfterSec: null,
      closesAt: null,
      since: null,
    })
  })

  it('calls a link dialing, connected, and waiting after an abnormal end', async () => {
    const attempt = await world.dial('isp', 'grant')
    expect(await row()).toMatchObject({ phase: 'dialing', since: at(0), upBasis: null })
    world.clock.at(20)
    await world.run('settle', 'isp', 'up', '--attempt', attempt)
    expect(await row()).toMatchObject({
      phase: 'connected',
      since: at(20),
      upBasis: 'record',
      downSince: null,
      deniedBy: [{ rule: 'connected', notBefore: null }],
    })
    world.clock.at(90)
    await world.run('record', 'isp', 'down-abnormal', '--attempt', attempt)
    expect(await row()).toMatchObject({ phase: 'waiting', downSince: at(90), upBasis: null })
  })

  it('counts an attempt that ran into its dial timeout, recorded or not', async () => {
    await world.dial()
    world.clock.at(200)
    const { lastFailure, ...rest } = await row()
    expect(rest).toMatchObject({
      phase: 'waiting',
      since: at(120),
      downSince: at(120),
      consecutiveFailures: 1,
    })
    expect(lastFailure).toMatchObject({ type: 'DialAbandoned', at: at(120) })
  })

  it('calls a link held before anything else but unreadable', async () => {
    await world.dial()
    await world.run('hold', 'isp', '--reason', 'bill')
    expect(await row()).toMatchObject({ phase: 'held', retryAfterSec: null, mayDial: false })
    const event = sealedEvent(9, { type: 'DialTeleported', data: '{}' })
    await rightOf(world.store.append('link-isp', 1n, [event]))
    expect(await row()).toMatchObject({ phase: 'unreadable' })
  })

  it('calls a link exhausted after the retries that the policy allows', async () => {
    const set = ['policy', 'set', '--reason', 'test', '--max-open-retries', '2']
    await world.run(...set, '--on-exhausted', 'hold')
    for (const sec of [0, 1000]) {
      world.clock.at(sec)
      await world.run('record', 'isp', 'open-failed')
    }
    expect(await row()).toMatchObject({
      phase: 'exhausted',
      consecutiveFailures: 2,
      retryAfterSec: null,
      policyVersion: 'site:0',
    })
  })

  it('lists every link by name, or the one that is asked for', async () => {
    for (const link of ['zeta', 'alpha']) await world.dial(link)
    const { json } = await world.run('status', '--json')
    expect(json().links.map(({ link }: { link: string }) => link)).toEqual(['alpha', 'zeta'])
    expect((await row('zeta')).link).toBe('zeta')
  })

  it('opens the ledger for reading, and closes it', async () => {
    await world.run('status')
    expect(world.opened).toEqual(['read'])
    expect(world.closed).toBe(1)
  })
})

describe('status for people', () => {
  it('says so when no link is known', async () => {
    expect((await world.run('status')).out).toBe('The ledger knows no link yet.\n')
  })

  it('gives a line for each link, in UTC or at the offset that is asked for', async () => {
    await world.run('record', 'isp', 'ras-error')
    const utc = await world.run('status')
    expect(utc.out).toBe(
      `isp   waiting     refused by open-interval for 600 s, not before ${at(600)}  failures 1\n`,
    )
    const { out } = await world.run('status', '--tz', '+02:00')
    expect(out).toContain('not before 2026-01-01T02:10:00.000+02:00')
  })

  it('passes on what there is to say about the ledger, on stderr', async () => {
    world.notes.push('a private copy is read')
    const { out, err } = await world.run('status', '--json')
    expect(err).toBe('open-interval: a private copy is read\n')
    expect(() => JSON.parse(out)).not.toThrow()
  })

  it('exits 65 for a link that nobody knows, with the nearest names', async () => {
    for (const link of ['isp', 'backup', 'ips-2']) await world.dial(link)
    const { code, err, out } = await world.run('status', 'ips')
    expect({ code, out }).toEqual({ code: 65, out: '' })
    expect(err).toMatch(/no link 'ips' \(nearest: (isp, ips-2|ips-2, isp), backup\)/)
  })
})

describe('status of an attempt that is over for every gate', () => {
  it('calls it dialing while somebody still has the lock of the link', async () => {
    await world.dial()
    world.clock.at(200)
    world.lockHeld = true
    expect(await row()).toMatchObject({
      phase: 'dialing',
      since: at(0),
      mayDial: false,
      deniedBy: [{ rule: 'lock-held', notBefore: null }, { rule: 'open-interval' }],
      lastFailure: { type: 'DialAbandoned', at: at(120) },
    })
    world.clock.at(5000)
    expect(await row()).toMatchObject({ phase: 'dialing', mayDial: false })
    const { json } = await world.run('explain', 'isp', '--json')
    expect(json().link).toMatchObject({ phase: 'dialing' })
    world.lockHeld = false
    expect(await row()).toMatchObject({ phase: 'idle', mayDial: true })
  })

  it('asks for no lock where the ledger leaves no doubt', async () => {
    world.lockHeld = true
    await world.run('record', 'isp', 'ras-error')
    expect(await row()).toMatchObject({ phase: 'waiting', deniedBy: [{ rule: 'open-interval' }] })
    const attempt = await world.dial('other', 'grant')
    await world.run('settle', 'other', 'up', '--attempt', attempt)
    expect(await row('other')).toMatchObject({ phase: 'connected' })
  })
})

describe('status --fail-on', () => {
  const failing = async (what: string) => {
    const { code, err } = await world.run('status', '--fail-on', what)
    return { code, err }
  }

  const inPhase: Readonly<Record<string, () => Promise<unknown>>> = {
    exhausted: async () => {
      await world.run('policy', 'set', '--reason', 'test', '--max-open-retries', '1')
      await world.run('record', 'isp', 'open-failed')
    },
    held: async () => {
      await world.dial()
      await world.run('hold', 'isp', '--reason', 'bill')
    },
    unreadable: async () => {
      const event = sealedEvent(9, { type: 'DialTeleported', data: '{}' })
      await rightOf(world.store.append('link-isp', 'no_stream', [event]))
    },
  }

  describe.each(Object.keys(inPhase))('%s', (phase) => {
    it('exits 1 and names the link that is, and only that', async () => {
      await world.dial('other')
      expect(await failing(phase)).toEqual({ code: 0, err: '' })
      await inPhase[phase]?.()
      expect(await failing(phase)).toEqual({ code: 1, err: `open-interval: isp: ${phase}\n` })
      const others = Object.keys(inPhase).filter((other) => other !== phase)
      expect(await failing(others.join())).toEqual({ code: 0, err: '' })
    })
  })

  it('looks at one link only where one is named', async () => {
    await inPhase['held']?.()
    await world.dial('other')
    expect((await world.run('status', 'other', '--fail-on', 'held')).code).toBe(0)
    expect((await world.run('status', 'isp', '--fail-on', 'held')).code).toBe(1)
  })

  it('prints the status all the same', async () => {
    await inPhase['held']?.()
    const { code, json } = await world.run('status', '--json', '--fail-on', 'held, down>1h')
    expect({ code, links: json().links }).toMatchObject({ code: 1, links: [{ phase: 'held' }] })
  })

  it('counts down> from the first failure since the link was up, not from the latest', async () => {
    for (const sec of [0, 3000, 7100]) {
      world.clock.at(sec)
      await world.run('record', 'isp', 'open-failed')
    }
    world.clock.at(7190)
    expect(await failing('down>1h')).toMatchObject({ code: 1 })
    expect(await failing('down>3h')).toMatchObject({ code: 0 })
    const attempt = await world.dial('backup', 'grant')
    await world.run('settle', 'backup', 'up', '--attempt', attempt)
    const { err } = await failing('down>1s')
    expect(err).toBe('open-interval: isp: down>1s\n')
  })

  it.each([
    ['s', 90],
    ['m', 90 * 60],
    ['h', 90 * 3600],
    ['d', 90 * 86_400],
  ])('takes a time in %s, and fails only once it is over', async (unit, sec) => {
    await world.run('record', 'isp', 'open-failed')
    world.clock.at(sec)
    expect(await failing(`down>90${unit}`)).toEqual({ code: 0, err: '' })
    world.clock.at(sec + 0.01)
    expect(await failing(`down>90${unit}`)).toMatchObject({ code: 1 })
  })

  it.each(['up', 'down>', 'down>1w', 'held;exhausted', '', 'held,', 'held,,exhausted', 'HELD'])(
    "rejects '%s' with 64",
    async (what) => {
      const { code, err } = await failing(what)
      expect(code).toBe(64)
      expect(err).toContain('--fail-on takes exhausted, held, unreadable and down>TIME')
    },
  )

  it('says that a shell took what follows the >', async () => {
    expect((await failing('held,down')).err).toContain("not 'down': put it in quotes")
  })
})

describe('status refuses with 64', () => {
  it.each([
    ['--watch', '--fail-on', 'held'],
    ['--watch', '--prometheus'],
    ['--prometheus', '--json'],
  ])('%s %s', async (...options) => {
    const { code, out, err } = await world.run('status', ...options)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain('leave one out')
  })
})

describe('explain', () => {
  it('gives verdict, window, chain of events and what would allow a dial', async () => {
    const attempt = await world.dial('isp', 'grant')
    world.clock.at(30)
    await world.run('settle', 'isp', 'failed', '--attempt', attempt, '--code', '629')
    await world.run('hold', 'isp', '--reason', 'unpaid bill', '--by', 'alice')
    world.clock.at(100)
    const { code, json } = await world.run('explain', 'isp', '--json')
    expect(code).toBe(0)
    const explained = json()
    expect(explained).toMatchObject({
      asOf: at(100),
      link: { link: 'isp', phase: 'held', mayDial: false },
      held: { by: 'alice', reason: 'unpaid bill', at: at(30) },
      openWindows: [
        { windowId: attempt, kind: 'failure', requiredSec: 600, jitterSec: 0, waived: false },
      ],
      allowedBy: [
        "open-interval release 'isp' --reason ...",
        "waiting; or open-interval waive 'isp' --reason ...",
      ],
    })
    expect(explained.openWindows[0].because).toMatchObject({ code: 629, revision: '2' })
    const chain = explained.chain.map(({ type, revision }: Json) => [revision, type])
    expect(chain).toEqual([
      ['0', 'DialAttempted'],
      ['1', 'ConnectionErrorOccurred'],
      ['2', 'ConnectionOpenFailed'],
      ['3', 'LinkHeld'],
    ])
  })

  it('tells people the same, at the offset that they ask for', async () => {
    await world.run('record', 'isp', 'ras-error', '--code', '629')
    await world.run('hold', 'isp', '--reason', 'bill')
    const { out } = await world.run('explain', 'isp', '--tz', '-05:00')
    expect(out).toContain('isp may not be dialed (held), as of 2025-12-31T19:00:00.000-05:00')
    expect(out).toContain('held by tester at 2025-12-31T19:00:00.000-05:00: bill')
    expect(out).toContain('RasErrorOccurred record 629')
    expect(out).toContain("waiting; or open-interval waive 'isp' --reason ...")
  })

  it('leaves out events that no longer keep the link closed', async () => {
    await world.run('record', 'isp', 'ras-error')
    world.clock.at(700)
    const { json } = await world.run('explain', 'isp', '--json')
    expect(json()).toMatchObject({ chain: [], openWindows: [], link: { mayDial: true } })
  })

  it('leaves out a hold that was lifted', async () => {
    await world.run('hold', 'isp', '--new', '--reason', 'bill')
    await world.run('release', 'isp', '--reason', 'paid')
    const { json } = await world.run('explain', 'isp', '--json')
    expect(json()).toMatchObject({ held: null, chain: [], link: { phase: 'idle' } })
  })

  it('goes back to an earlier time with --at', async () => {
    await world.run('record', 'isp', 'ras-error')
    world.clock.at(700)
    await world.run('hold', 'isp', '--reason', 'bill')
    const { json } = await world.run(
      'explain',
      'isp',
      '--json',
      '--at',
      '2026-01-01T01:05:00+01:00',
    )
    expect(json()).toMatchObject({
      asOf: at(300),
      held: null,
      link: { phase: 'waiting', revision: '0' },
    })
  })

  it.each(['2026-01-01T00:05:00', '2026', 'yesterday', '2026-13-01T00:00:00Z'])(
    'rejects --at %s with 64: a time must say its zone',
    async (time) => {
      await world.dial()
      const { code, err } = await world.run('explain', 'isp', '--at', time)
      expect(code).toBe(64)
      expect(err).toContain('--at takes a time with its zone')
    },
  )

  it('names the attempt that is open', async () => {
    const attempt = await world.dial()
    const { json } = await world.run('explain', 'isp', '--json')
    expect(json().chain).toMatchObject([{ id: attempt, type: 'DialAttempted', by: 'tester' }])
    expect(uuidOf(1)).not.toBe(attempt)
  })
})
