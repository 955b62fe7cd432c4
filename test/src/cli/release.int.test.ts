import { rightOf } from '../../support/event-store-contract'
import { cliWorld } from '../../support/cli-world'
import { eventsOf, typesOf } from '../../support/gate-world'
import { sealedEvent, sealedEvents } from '../../support/sealed-events'

let world: ReturnType<typeof cliWorld>
beforeEach(() => {
  world = cliWorld()
})

const fails = () => world.run('record', 'isp', 'open-failed')

const appendUnreadable = (stream: string, expected: bigint | 'no_stream') =>
  rightOf(
    world.store.append(stream, expected, [sealedEvent(9, { type: 'DialTeleported', data: '{}' })]),
  )

describe('hold, waive and release', () => {
  it('leave who and why (R12)', async () => {
    await fails()
    for (const [command, by] of [
      ['waive', 'alice'],
      ['hold', 'bob'],
      ['release', 'carol'],
    ] as const) {
      const args = ['isp', '--reason', `${command} it`, '--by', by, '--json']
      expect((await world.run(command, ...args)).code).toBe(0)
    }
    expect(await eventsOf(world.store)).toMatchObject([
      {},
      { type: 'WindowWaived', data: { reason: 'waive it' }, metadata: { actor: 'alice' } },
      { type: 'LinkHeld', data: { reason: 'hold it' }, metadata: { actor: 'bob' } },
      { type: 'LinkReleased', data: { reason: 'release it' }, metadata: { actor: 'carol' } },
    ])
  })

  it('go by the name of who called unless told otherwise', async () => {
    await fails()
    await world.run('hold', 'isp', '--reason', 'bill')
    expect(await eventsOf(world.store)).toMatchObject([{}, { metadata: { actor: 'tester' } }])
  })

  it('tell as JSON what was recorded', async () => {
    await fails()
    const { json } = await world.run('hold', 'isp', '--reason', 'bill', '--json')
    expect(json()).toEqual({ link: 'isp', events: ['LinkHeld'], revision: '1' })
  })

  it.each(['waive', 'hold', 'release'])('%s wants a reason', async (command) => {
    await fails()
    const { code, err } = await world.run(command, 'isp')
    expect(code).toBe(64)
    expect(err).toContain('--reason')
  })

  it.each(['waive', 'hold', 'release'])('%s exits 65 for a link nobody knows', async (command) => {
    await fails()
    const { code, err } = await world.run(command, 'ipx', '--reason', 'x')
    expect(code).toBe(65)
    expect(err).toContain("no link 'ipx' (nearest: isp); --new allows it")
    expect(await typesOf(world.store, 'link-ipx')).toEqual([])
  })

  it('take a new link with --new', async () => {
    expect((await world.run('hold', 'ipx', '--reason', 'x', '--new')).code).toBe(0)
    expect(await typesOf(world.store, 'link-ipx')).toEqual(['LinkHeld'])
  })

  it('name the nearest of many links first', async () => {
    for (const link of ['berlin', 'bern', 'bergen', 'paris', 'rome']) await world.dial(link)
    const { err } = await world.run('hold', 'berm', '--reason', 'x')
    expect(err).toContain('nearest: bern, b')
    expect(err).not.toContain('rome')
  })
})

describe('waive', () => {
  it('lets the link be dialed in the open window, and only in that one', async () => {
    await fails()
    await world.run('waive', 'isp', '--reason', 'cable')
    const attempt = await world.dial('isp', 'grant')
    await world.run('settle', 'isp', 'failed', '--attempt', attempt)
    expect((await world.run('grant', 'isp')).code).toBe(75)
  })

  it('exits 65 when no window is open, or not the one that is named', async () => {
    await world.dial()
    expect((await world.run('waive', 'isp', '--reason', 'x')).code).toBe(65)
    await fails()
    expect((await world.run('waive', 'isp', '--reason', 'x', '--window', 'w')).code).toBe(65)
  })
})

describe('release', () => {
  it('lifts a hold and leaves the window', async () => {
    await fails()
    await world.run('hold', 'isp', '--reason', 'bill')
    await world.run('release', 'isp', '--reason', 'paid')
    const { json } = await world.run('status', 'isp', '--json')
    expect(json().links).toMatchObject([{ phase: 'waiting', consecutiveFailures: 0 }])
  })

  it('accepts what cannot be read of a link with --past, after one interval (R16)', async () => {
    await fails()
    await appendUnreadable('link-isp', 0n)
    expect((await world.run('grant', 'isp')).code).toBe(77)
    expect((await world.run('release', 'isp', '--reason', 'x', '--past', '0')).code).toBe(65)
    expect((await world.run('release', 'isp', '--reason', 'x', '--past', '1')).code).toBe(0)
    expect((await world.run('grant', 'isp')).code).toBe(75)
    world.clock.at(600.1)
    expect((await world.run('grant', 'isp')).code).toBe(0)
  })

  it('accepts what cannot be read of the site policy, when it is named', async () => {
    await appendUnreadable('site-policy', 'no_stream')
    expect((await world.run('grant', 'isp')).code).toBe(77)
    const { code, err } = await world.run('release', '--reason', 'x')
    expect(code).toBe(64)
    expect(err).toContain('release takes a link')
    const released = await world.run('release', '--past', '0', '--reason', 'ok', '--by', 'al')
    expect(released.code).toBe(0)
    expect((await world.run('grant', 'isp')).code).toBe(0)
    expect(await eventsOf(world.store, 'site-policy')).toMatchObject([
      {},
      { type: 'LinkReleased', data: { past: '0', reason: 'ok' }, metadata: { actor: 'al' } },
    ])
  })

  it('exits 65 when the site policy can be read, or is not read past', async () => {
    expect((await world.run('release', '--past', '0', '--reason', 'x')).err).toContain(
      'all of it can be read',
    )
    await world.run('policy', 'set', '--open-interval', '60', '--reason', 'x')
    await appendUnreadable('site-policy', 0n)
    const { code, err } = await world.run('release', '--past', '0', '--reason', 'x')
    expect(code).toBe(65)
    expect(err).toContain('revision 1 cannot')
  })

  it('exits 64 for a revision that is none', async () => {
    const { code } = await world.run('release', 'isp', '--past', 'all', '--reason', 'x')
    expect(code).toBe(64)
  })
})

describe('doctor', () => {
  const doctor = () => world.run('doctor', '--json')

  it('exits 0 and says what it looked at when nothing is in danger', async () => {
    world.findings.push({ check: 'clock', level: 'ok', what: 'fine', next: null })
    const { code, json } = await doctor()
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      store: 'sqlite:/ledger.db',
      findings: [{ check: 'clock', level: 'ok' }],
    })
  })

  it('exits 1 for a danger, and says what to do about it', async () => {
    const what = 'the ledger is on tmpfs'
    world.findings.push({ check: 'file-system', level: 'danger', what, next: 'move it' })
    const { code, out } = await world.run('doctor')
    expect({ code, out }).toEqual({
      code: 1,
      out: 'danger   file-system: the ledger is on tmpfs; move it\n',
    })
  })

  it('finds what cannot be read, and names the release that accepts it', async () => {
    await fails()
    await appendUnreadable('link-isp', 0n)
    await appendUnreadable('site-policy', 'no_stream')
    const { code, json } = await doctor()
    expect(code).toBe(1)
    const nexts = json().findings.map(({ next }: { next: string }) => next)
    expect(nexts[0]).toContain('open-interval release --past 0 --reason')
    expect(nexts[1]).toContain("open-interval release 'isp' --past 1 --reason")
  })

  it('warns of an attempt that was never settled, and of a policy below the floors', async () => {
    await world.dial()
    await world.run('policy', 'set', 'isp', '--open-interval', '20', '--reason', 'x')
    expect((await doctor()).json().findings).toMatchObject([{ check: 'policy' }])
    world.clock.at(121)
    const { code, json } = await doctor()
    expect(code).toBe(0)
    expect(json().findings).toMatchObject([
      { check: 'unknown-outcome', level: 'warning' },
      { check: 'policy', level: 'warning' },
    ])
  })
})

describe('events', () => {
  beforeEach(async () => {
    for (const link of ['isp', 'backup', 'isp']) await world.run('record', link, 'ras-error')
  })

  it('prints one document a line, oldest first, each with its place as text', async () => {
    const { code, lines } = await world.run('events')
    expect(code).toBe(0)
    const places = lines().map(({ stream, revision }) => [stream, revision])
    expect(places).toEqual([
      ['link-isp', '0'],
      ['link-backup', '0'],
      ['link-isp', '1'],
    ])
    expect(lines()[0]).toMatchObject({
      position: expect.stringMatching(/^\d+$/u),
      type: 'RasErrorOccurred',
      data: { origin: 'record' },
      metadata: { schema: 1, actor: 'tester' },
    })
  })

  it('goes on after a position, exclusive', async () => {
    const all = (await world.run('events')).lines()
    for (const [index, { position }] of all.entries()) {
      const rest = (await world.run('events', '--after', position)).lines()
      expect(rest).toEqual(all.slice(index + 1))
    }
  })

  it('keeps to one link, and to so many', async () => {
    const all = (await world.run('events')).lines()
    expect((await world.run('events', '--link', 'isp')).lines()).toEqual([all[0], all[2]])
    const after = ['--link', 'isp', '--after', all[0].position]
    expect((await world.run('events', ...after)).lines()).toEqual([all[2]])
    expect((await world.run('events', '--limit', '2')).lines()).toEqual(all.slice(0, 2))
    expect((await world.run('events', ...after, '--limit', '1')).lines()).toEqual([all[2]])
  })

  it('reads on over pages', async () => {
    const [first, ...rest] = Array.from({ length: 600 }, (_none, index) => index)
    await rightOf(world.store.append('link-isp', 1n, sealedEvents(first!, ...rest)))
    expect((await world.run('events')).lines()).toHaveLength(603)
    expect((await world.run('events', '--link', 'isp')).lines()).toHaveLength(602)
    expect((await world.run('events', '--limit', '501')).lines()).toHaveLength(501)
  })

  it('shows what cannot be decoded as it is', async () => {
    await rightOf(world.store.append('link-isp', 1n, [sealedEvent(9, { data: 'not json' })]))
    const { code, lines } = await world.run('events', '--link', 'isp')
    expect(code).toBe(0)
    expect(lines().at(-1)).toMatchObject({ type: 'DialStarted', data: 'not json' })
  })

  it('rejects positions that are none with 64, unknown links with 65', async () => {
    expect((await world.run('events', '--after', 'x')).code).toBe(64)
    expect((await world.run('events', '--limit', '-1')).code).toBe(64)
    expect((await world.run('events', '--link', 'ips')).code).toBe(65)
  })
})

describe('hold --all and release --all', () => {
  const holdAll = () => world.run('hold', '--all', '--reason', 'moving', '--by', 'alice')

  it('leave who and why in the policy of the site, and nothing in any link (R12)', async () => {
    await fails()
    expect((await holdAll()).code).toBe(0)
    expect((await world.run('release', '--all', '--reason', 'moved', '--json')).json()).toEqual({
      link: null,
      events: ['LinkReleased'],
      revision: '1',
    })
    expect(await eventsOf(world.store, 'site-policy')).toMatchObject([
      { type: 'LinkHeld', data: { reason: 'moving' }, metadata: { actor: 'alice' } },
      { type: 'LinkReleased', data: { reason: 'moved', past: null } },
    ])
    expect(await typesOf(world.store)).toEqual(['ConnectionOpenFailed'])
  })

  it('refuse every link, new ones too, and let them go again', async () => {
    await holdAll()
    for (const link of ['isp', 'mail']) {
      const { code, json } = await world.run('grant', link, '--json')
      expect(code).toBe(77)
      expect(json().deniedBy).toEqual([{ rule: 'held', notBefore: null }])
    }
    await world.run('release', '--all', '--reason', 'moved')
    expect((await world.run('grant', 'isp')).code).toBe(0)
  })

  it('show in status, explain and doctor who holds, why, and what lifts it', async () => {
    await fails()
    await holdAll()
    const [row] = (await world.run('status', '--json')).json().links
    expect(row).toMatchObject({ phase: 'held', since: world.clock.read().wall })
    const { out } = await world.run('explain', 'isp')
    expect(out).toContain('held by alice')
    expect(out).toContain(
      "release --all --reason ..., or of this link alone: open-interval release 'isp'",
    )
    expect((await world.run('doctor')).out).toContain('by alice: moving; unless another copy')
  })

  it('leave a link that is held by name as it is, and say so', async () => {
    await fails()
    await world.run('hold', 'isp', '--reason', 'bill')
    await holdAll()
    expect((await world.run('release', '--all', '--reason', 'x')).out).toContain('held by name')
    expect((await world.run('grant', 'isp')).code).toBe(77)
  })

  it('release one link alone by its name', async () => {
    await holdAll()
    expect((await world.run('release', 'isp', '--new', '--reason', 'tested')).code).toBe(0)
    expect((await world.run('grant', 'isp')).code).toBe(0)
    expect((await world.run('grant', 'mail')).code).toBe(77)
  })

  it.each(['hold', 'release'])('%s wants a link or --all, and not both', async (command) => {
    const neither = await world.run(command, '--reason', 'x')
    expect(neither).toMatchObject({ code: 64 })
    expect(neither.err).toContain(`${command} takes a link, or --all`)
    const both = await world.run(command, 'isp', '--all', '--reason', 'x')
    expect(both).toMatchObject({ code: 64 })
    expect(both.err).toContain('not both')
  })

  it('release --all without a hold ever exits 65 and writes nothing', async () => {
    const { code, err } = await world.run('release', '--all', '--reason', 'x')
    expect(code).toBe(65)
    expect(err).toContain('never held as a whole')
    expect(await typesOf(world.store, 'site-policy')).toEqual([])
  })

  it('release takes --past and --all one after the other', async () => {
    expect((await world.run('release', '--all', '--past', '0', '--reason', 'x')).code).toBe(64)
  })
})
