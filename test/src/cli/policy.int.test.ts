import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultPolicy } from '../../../domain/policy'
import { cliWorld } from '../../support/cli-world'
import { newFolder, removeFolders, typesOf } from '../../support/gate-world'

afterAll(removeFolders)

let world: ReturnType<typeof cliWorld>
beforeEach(() => {
  world = cliWorld()
})

const set = (...args: string[]) => world.run('policy', 'set', '--reason', 'test', ...args)

const policyOf = async (...link: string[]) =>
  (await world.run('policy', 'show', ...link, '--json')).json().policy

describe('policy show', () => {
  it('prints the defaults before anybody set one, and how long they last', async () => {
    const { code, json } = await world.run('policy', 'show', '--json')
    expect(code).toBe(0)
    expect(json()).toEqual({
      link: null,
      version: 'defaults',
      policy: defaultPolicy,
      exhaustedAfterSec: 86_400,
    })
  })

  it("lays a link's own fields over the site's (R11)", async () => {
    await world.dial()
    await set('--open-interval', '900', '--jitter-max', '30')
    await set('isp', '--jitter-max', '5')
    const { json } = await world.run('policy', 'show', 'isp', '--json')
    expect(json()).toMatchObject({
      link: 'isp',
      version: 'site:0+link:1',
      policy: { openIntervalSec: 900, jitterMaxSec: 5 },
    })
    expect(await policyOf()).toMatchObject({ jitterMaxSec: 30 })
  })

  it('prints a line for each field to people', async () => {
    const { out } = await world.run('policy', 'show')
    expect(out.trimEnd().split('\n')).toHaveLength(Object.keys(defaultPolicy).length)
    expect(out).toMatch(/^openIntervalSec +600$/mu)
  })
})

describe('policy set', () => {
  it('takes every field by an option of its own', async () => {
    const { code } = await set(
      ...['--intervals', '60,120,240', '--max-open-retries', '9', '--on-exhausted', 'hold'],
      ...['--probe-interval', '7200', '--dial-timeout', '30', '--min-up-time', '10'],
      ...['--short-sessions-max', '2', '--wait-after-normal-end', 'true'],
      ...['--not-started-wait', '20', '--limits', '10/3600,50/86400', '--jitter-max', '15'],
      ...['--wall-clock', 'trusted', '--clock-skew', '4', '--lease', '60'],
      ...['--exempt', 'exit:pppd:16,RasErrorOccurred', '--open-interval', '600'],
    )
    expect(code).toBe(0)
    expect(await policyOf()).toEqual({
      openIntervalSec: 600,
      intervalsSec: [60, 120, 240],
      maxOpenRetries: 9,
      onExhausted: 'hold',
      probeIntervalSec: 7200,
      dialTimeoutSec: 30,
      minUpTimeSec: 10,
      shortSessionsMax: 2,
      waitAfterNormalEnd: true,
      notStartedWaitSec: 20,
      limits: [
        { max: 10, perSec: 3600 },
        { max: 50, perSec: 86_400 },
      ],
      jitterMaxSec: 15,
      wallClock: 'trusted',
      clockSkewSec: 4,
      leaseSec: 60,
      exempt: ['exit:pppd:16', 'RasErrorOccurred'],
    })
  })

  it('records who changed it and why, and says after how long a link is exhausted', async () => {
    const { json, out } = await set('--open-interval', '900', '--by', 'alice', '--json')
    expect(json()).toMatchObject({ link: null, changed: true, exhaustedAfterSec: 129_600 })
    expect(out.split('\n')).toHaveLength(2)
    const events = (await world.run('events')).lines()
    expect(events).toMatchObject([
      {
        stream: 'site-policy',
        data: { set: { openIntervalSec: 900 }, unset: [], reason: 'test' },
        metadata: { actor: 'alice' },
      },
    ])
  })

  it('writes nothing when it is given what show --json prints', async () => {
    await world.dial()
    await set('isp', '--open-interval', '900', '--limits', '3/60')
    const file = join(newFolder(), 'policy.json')
    for (const [link, stream] of [
      [['isp'], 'link-isp'],
      [[], 'site-policy'],
    ] as const) {
      writeFileSync(file, (await world.run('policy', 'show', ...link, '--json')).out)
      const before = await typesOf(world.store, stream)
      const { code, json } = await set(...link, '--file', file, '--json')
      expect({ code, changed: json().changed }).toEqual({ code: 0, changed: false })
      expect(await typesOf(world.store, stream)).toEqual(before)
    }
  })

  it('writes down only the fields of a file that differ', async () => {
    const file = join(newFolder(), 'policy.json')
    writeFileSync(file, JSON.stringify({ ...defaultPolicy, minUpTimeSec: 5 }))
    await set('--file', file)
    const [event] = (await world.run('events')).lines()
    expect(event.data.set).toEqual({ minUpTimeSec: 5 })
  })

  it('pins a field that is named for a link, although the site has the same', async () => {
    await world.dial()
    expect((await set('isp', '--open-interval', '600', '--json')).json().changed).toBe(true)
    expect((await set('isp', '--open-interval', '600', '--json')).json().changed).toBe(false)
    await set('--open-interval', '60')
    expect(await policyOf('isp')).toMatchObject({ openIntervalSec: 600 })
  })

  it('replaces a list of intervals by a plain one', async () => {
    await set('--intervals', '60,120')
    await set('--open-interval', '300')
    expect(await policyOf()).toMatchObject({ openIntervalSec: 300, intervalsSec: [] })
  })

  it.each([
    [['--open-interval', '0.5'], 'openIntervalSec takes seconds, at least 1'],
    [['--open-interval', 'ten'], 'openIntervalSec takes seconds, at least 1'],
    [['--on-exhausted', 'panic'], 'onExhausted takes probe or hold'],
    [['--wait-after-normal-end', 'yes'], 'waitAfterNormalEnd takes true or false'],
    [['--limits', '10'], 'limits takes at most 16 limits'],
    [['--limits', '10/60/5'], 'limits takes at most 16 limits'],
    [['--lease', '1'], 'leaseSec takes seconds, at least 5, or null'],
    [['--dial-timeout', '0'], 'dialTimeoutSec takes seconds, at least 1'],
  ])('exits 78 for %s, naming the field and what it takes', async (args, message) => {
    const { code, err, out } = await set(...args)
    expect({ code, out }).toEqual({ code: 78, out: '' })
    expect(err).toContain(message)
    expect(await typesOf(world.store, 'site-policy')).toEqual([])
  })

  it('names every field that is wrong', async () => {
    const { err } = await set('--open-interval', '0', '--jitter-max', '-1')
    expect(err).toMatch(/openIntervalSec takes .*; jitterMaxSec takes /u)
  })

  it.each([
    ['no JSON', 'not json', 65, 'no policy can be read'],
    ['a list', '[1]', 65, 'an object of policy fields was expected'],
    ['an unknown field', '{"openInterval":5}', 78, 'openInterval takes only openIntervalSec'],
    ['a wrong kind', '{"limits":{}}', 78, 'limits takes'],
  ])('rejects a file with %s', async (_what, text, exitCode, message) => {
    const file = join(newFolder(), 'policy.json')
    writeFileSync(file, text)
    const { code, err } = await set('--file', file)
    expect(code).toBe(exitCode)
    expect(err).toContain(message)
  })

  it('exits 65 for a file that is not there', async () => {
    expect((await set('--file', join(newFolder(), 'none.json'))).code).toBe(65)
  })

  it('needs a field to set, and a reason', async () => {
    expect((await set()).code).toBe(64)
    expect((await world.run('policy', 'set', '--open-interval', '900')).code).toBe(64)
  })

  it('takes a preset, and names those there are for a wrong name', async () => {
    expect((await set('--preset', 'exchange-mta')).code).toBe(0)
    const { code, err } = await set('--preset', 'exchange')
    expect(code).toBe(64)
    expect(err).toContain('exchange-mta')
  })

  it('warns of what it just set on stderr, with the floors of the lint', async () => {
    const { code, err } = await set('--open-interval', '20')
    expect(code).toBe(0)
    expect(err).toContain('warning: 20 s is below 30 s, the LAN floor')
  })

  it('takes a link that nobody knows only with --new', async () => {
    expect((await set('isp', '--open-interval', '900')).code).toBe(65)
    expect((await set('isp', '--open-interval', '900', '--new')).code).toBe(0)
  })
})

describe('policy reset', () => {
  it("takes a link's own fields back, and writes nothing the second time", async () => {
    await world.dial()
    await set('--open-interval', '900')
    await set('isp', '--open-interval', '100', '--jitter-max', '7')
    const reset = () => world.run('policy', 'reset', 'isp', '--reason', 'same again', '--json')
    expect((await reset()).json()).toMatchObject({
      changed: true,
      policy: { openIntervalSec: 900, jitterMaxSec: 0 },
    })
    const before = await typesOf(world.store)
    expect((await reset()).json()).toMatchObject({ changed: false })
    expect(await typesOf(world.store)).toEqual(before)
  })
})

describe('policy lint', () => {
  const lint = () => world.run('policy', 'lint', '--json')

  it('finds nothing in the defaults', async () => {
    expect(await world.run('policy', 'lint')).toMatchObject({ code: 0, out: 'no warnings\n' })
  })

  it.each([
    ['10', 'below-exchange-minimum'],
    ['15', 'below-lan-floor'],
    ['30', 'below-ras-floor'],
  ])('exits 1 for %s s: %s (Q176489)', async (seconds, rule) => {
    await set('--open-interval', seconds)
    const { code, json } = await lint()
    expect(code).toBe(1)
    expect(json().warnings).toMatchObject([{ rule }])
  })

  it.each([
    [['--on-exhausted', 'hold', '--max-open-retries', '10'], 'hold-too-early'],
    [['--exempt', 'exit:pppd'], 'exempt-failures'],
    [['--wall-clock', 'trusted'], 'wall-clock-trusted'],
  ])('warns of %s: %s', async (args, rule) => {
    await set(...args)
    expect((await lint()).json().warnings).toMatchObject([{ rule }])
  })

  it('warns of many links that would retry in step', async () => {
    for (let link = 0; link < 10; link += 1) await world.dial(`link-${link}`)
    expect((await lint()).json().warnings).toMatchObject([{ rule: 'no-jitter' }])
  })
})
