import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { PolicyFields } from '../domain/policy'
import { cutOffs, type CutOff } from './simulation/cut-off'
import { simulateHistory } from './simulation/simulate-history'
import { historyOf, type DialStep, type History } from './simulation/steps'

jest.setTimeout(600_000)

const root = join(__dirname, '..')

const simulate = (...args: ReadonlyArray<string>) =>
  spawnSync(
    process.execPath,
    [
      '--require',
      join(root, 'test/support/processes/load-typescript.cjs'),
      join(root, 'test/simulation/simulate.ts'),
      ...args,
    ],
    { cwd: root, encoding: 'utf8' },
  )

describe('npm run simulate', () => {
  it('finds nothing wrong in 2,000 histories, and every interesting state in them', () => {
    const { status, stdout, stderr } = simulate('--runs', '2000', '--seed', '1')
    expect(stderr).toBe('')
    expect(stdout.replace(/^simulate: \d+ of .*\n/gmu, '')).toMatch(
      /^simulate: 2000 runs from seed 1, 0 failed, [\d.]+ runs\/s\n$/u,
    )
    expect(status).toBe(0)
  })

  it.each([
    ['--runs', 'many'],
    ['--seed', '1.5'],
  ])('refuses %s %s', (option, value) => {
    expect(simulate(option, value).status).toBe(64)
  })
})

describe('a simulated history', () => {
  it('is the same whenever it is repeated', async () => {
    const [first, second] = [
      await simulateHistory(historyOf(4712)),
      await simulateHistory(historyOf(4712)),
    ]
    expect([...second.counts]).toEqual([...first.counts])
    expect(first.counts.get('granted')).toBeGreaterThan(0)
  })

  const dial = (behaviour: Partial<DialStep['behaviour']>): DialStep => ({
    kind: 'dial',
    rule: 'session',
    dialer: 'generic',
    waitSec: null,
    behaviour: {
      upMs: null,
      leaderMs: 60_000,
      lingerMs: 0,
      code: 1,
      ignoresTerm: true,
      isStuck: false,
      notExecuted: null,
      isLastGuard: false,
      ...behaviour,
    },
    crash: null,
    lateMsMax: 0,
  })
  const policy = { openIntervalSec: 60, dialTimeoutSec: 10, probeIntervalSec: 100 }
  const history = (...steps: History['steps']): History => ({
    seed: 1,
    layout: 'one',
    isHonest: true,
    losesEveryThird: false,
    policy,
    steps,
  })
  const ofTwoHosts = (lease: PolicyFields, ...steps: History['steps']): History => ({
    ...history(...steps),
    layout: 'two',
    policy: { ...policy, ...lease },
  })
  const elsewhere = { host: 1, link: 0 }
  const place = { host: 0, link: 0 }

  it('R5: settles a dialer that is killed as its host wakes after the deadline', async () => {
    const { violations, counts } = await simulateHistory(
      history(
        { ...dial({}), ...place, id: 0, afterMs: 100 },
        { kind: 'suspend', sec: 135, isFrozen: false, ...place, id: 1, afterMs: 8_000 },
        { ...dial({}), ...place, id: 2, afterMs: 140_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('settled timeout')).toBe(1)
    expect(counts.get('left stuck')).toBeUndefined()
    expect(counts.get('refused open-interval')).toBe(1)
  })

  it('R5: leaves a dialer that nothing can end, and refuses while it is there', async () => {
    const { violations, counts } = await simulateHistory(
      history(
        {
          ...dial({ isStuck: true, leaderMs: 2_000, lingerMs: 60_000 }),
          ...place,
          id: 0,
          afterMs: 100,
        },
        { ...dial({}), ...place, id: 1, afterMs: 20_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('left stuck')).toBe(1)
    expect(counts.get('refused dialer-still-running')).toBe(1)
  })

  it('R5: looks for a stuck dialer without a lock that another namespace may not judge yet', async () => {
    const stuck = { isStuck: true, leaderMs: 3_000, lingerMs: 100_000 }
    const { violations, counts } = await simulateHistory({
      ...history(
        { ...dial(stuck), dialer: 'pppd', host: 1, link: 0, id: 0, afterMs: 100 },
        // Past the dial timeout, while the supervisor still tries and holds the lock.
        { ...dial({}), host: 2, link: 0, id: 1, afterMs: 11_000 },
        { ...dial({}), host: 2, link: 0, id: 2, afterMs: 75_000 },
      ),
      layout: 'namespaces',
    })
    expect(violations).toEqual([])
    expect(counts.get('judged held')).toBe(1)
    expect(counts.get('left stuck')).toBe(1)
    expect(counts.get('refused dialer-still-running')).toBe(1)
    expect(counts.get('dialer started')).toBe(1)
  })

  const up = { ...dial({ upMs: 1_000, leaderMs: 300_000 }), rule: 'output' as const }
  const cutOff = (how: CutOff, sec: number) => ({ kind: 'cut-off', how, sec, ...place }) as const

  it('C3: hosts 90 s apart never dial in one window, and each dials once it is over', async () => {
    const isFast = { kind: 'wall', sec: 90, ...elsewhere } as const
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        {},
        { ...isFast, id: 0, afterMs: 10 },
        { ...dial({ leaderMs: 3_000 }), ...place, id: 1, afterMs: 100 },
        { ...dial({ leaderMs: 3_000 }), ...elsewhere, id: 2, afterMs: 4_000 },
        { ...dial({ leaderMs: 3_000 }), ...elsewhere, id: 3, afterMs: 59_000 },
        { ...dial({ leaderMs: 3_000 }), ...elsewhere, id: 4, afterMs: 1_500 },
        { ...dial({}), ...place, id: 5, afterMs: 4_000 },
        { ...dial({}), ...place, id: 6, afterMs: 59_000 },
        { ...dial({}), ...place, id: 7, afterMs: 2_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('dialer started')).toBe(3)
    expect(counts.get('refused open-interval')).toBe(4)
    expect(counts.get('granted on a clock 90 s apart')).toBe(2)
  })

  it('G10: between hosts, ends a dialer whose up the ledger never took before the other dials', async () => {
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        {},
        {
          ...dial({ upMs: 3_000, leaderMs: 300_000, ignoresTerm: false }),
          rule: 'output',
          ...place,
          id: 0,
          afterMs: 100,
        },
        { ...cutOff('told', 200), id: 1, afterMs: 2_000 },
        { ...dial({}), ...elsewhere, id: 2, afterMs: 28_000 },
        { ...dial({}), ...elsewhere, id: 3, afterMs: 62_000 },
        { ...dial({}), ...elsewhere, id: 4, afterMs: 12_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('dialer started')).toBe(2)
    expect(counts.get('event DialAbandoned')).toBe(1)
    expect(counts.get('refused open-interval')).toBe(1)
  })

  it('C12: another node learns by the lease alone that a link is gone, and waits from there', async () => {
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        { leaseSec: 20 },
        { ...up, ...place, id: 0, afterMs: 100 },
        { kind: 'reboot', downSec: 600, ...place, id: 1, afterMs: 12_000 },
        { ...dial({}), ...elsewhere, id: 2, afterMs: 2_000 },
        { ...dial({}), ...elsewhere, id: 3, afterMs: 21_000 },
        { ...dial({}), ...elsewhere, id: 4, afterMs: 61_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('refused connected')).toBe(1)
    expect(counts.get('ended lease-expired')).toBe(1)
    expect(counts.get('refused open-interval')).toBe(1)
    expect(counts.get('dialer started')).toBe(2)
  })

  it.each(cutOffs)(
    'R5: a host that is cut off (%s) ends its dialer before its lease runs out for one that waits',
    async (how) => {
      const { violations, counts } = await simulateHistory(
        ofTwoHosts(
          { leaseSec: 20 },
          { ...up, ...place, id: 0, afterMs: 100 },
          { ...cutOff(how, 400), id: 1, afterMs: 12_000 },
          { ...dial({}), waitSec: 150, ...elsewhere, id: 2, afterMs: 2_000 },
          { kind: 'wait', ...elsewhere, id: 3, afterMs: 120_000 },
        ),
      )
      expect(violations).toEqual([])
      expect(counts.get('a lease ran out after its dialer was ended')).toBe(1)
      expect(counts.get('ended lease-expired')).toBe(1)
      expect(counts.get('dialer started')).toBe(2)
    },
  )

  it('R1: a host that is cut off dials nothing, and its grant is void once it is answered', async () => {
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        { leaseSec: 20 },
        { ...cutOff('silent', 60), id: 0, afterMs: 10 },
        { ...dial({}), ...place, id: 1, afterMs: 100 },
        { ...dial({ leaderMs: 500 }), ...elsewhere, id: 2, afterMs: 1_000 },
        { kind: 'wait', ...elsewhere, id: 3, afterMs: 120_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('cut off, and told LedgerUnavailable')).toBe(1)
    expect(counts.get('dialer started')).toBe(1)
  })

  it('R14: a host that comes back after another one abandoned its attempt shortens nothing', async () => {
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        {},
        { ...dial({ leaderMs: 6_000 }), ...place, id: 0, afterMs: 100 },
        { ...cutOff('silent', 40), id: 1, afterMs: 2_000 },
        { ...dial({}), ...elsewhere, id: 2, afterMs: 3_000 },
        { ...dial({}), ...elsewhere, id: 3, afterMs: 13_000 },
        { ...dial({}), ...elsewhere, id: 4, afterMs: 62_000 },
        { ...dial({}), ...elsewhere, id: 5, afterMs: 61_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('event DialAbandoned')).toBe(1)
    expect(counts.get('reported late after another host abandoned it')).toBe(1)
    // What it reports comes after the abandonment, and the window runs from there.
    expect(counts.get('refused open-interval')).toBe(2)
    expect(counts.get('dialer started')).toBe(2)
  })

  it('S5: a store that loses every third answer is asked again with the same ids', async () => {
    const { violations, counts } = await simulateHistory({
      ...ofTwoHosts(
        { leaseSec: 5 },
        { ...up, ...place, id: 0, afterMs: 100 },
        { ...dial({}), ...elsewhere, id: 1, afterMs: 9_000 },
        { kind: 'kill', what: 'dialer', ...place, id: 2, afterMs: 1_000 },
        { ...dial({}), ...elsewhere, id: 3, afterMs: 5_000 },
        { ...dial({}), ...elsewhere, id: 4, afterMs: 61_000 },
      ),
      losesEveryThird: true,
    })
    expect(violations).toEqual([])
    expect(counts.get('store repeated')).toBeGreaterThan(0)
    expect(counts.get('event DialAttempted')).toBe(2)
    expect(counts.get('dialer started')).toBe(2)
  })
})
