import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { PolicyFields } from '../domain/policy'
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
      await simulateHistory(historyOf(4711)),
      await simulateHistory(historyOf(4711)),
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

  it('G10: between hosts, ends a dialer whose up the ledger never took before the other dials', async () => {
    const up = {
      ...dial({ upMs: 3_000, leaderMs: 300_000, ignoresTerm: false }),
      rule: 'output' as const,
    }
    const { violations, counts } = await simulateHistory(
      ofTwoHosts(
        {},
        { ...up, ...place, id: 0, afterMs: 100 },
        { kind: 'store-away', sec: 100, ...place, id: 1, afterMs: 2_000 },
        { ...dial({}), ...elsewhere, id: 2, afterMs: 128_000 },
        { ...dial({}), ...elsewhere, id: 3, afterMs: 62_000 },
      ),
    )
    expect(violations).toEqual([])
    expect(counts.get('dialer started')).toBe(2)
    expect(counts.get('settled timeout')).toBeGreaterThanOrEqual(1)
    expect(counts.get('refused open-interval')).toBe(1)
  })

  it('C12: another node learns by the lease alone that a link is gone, and waits from there', async () => {
    const up = { ...dial({ upMs: 1_000, leaderMs: 300_000 }), rule: 'output' as const }
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
})
