import { setImmediate as nextTurn } from 'node:timers/promises'
import { testLedger } from '../../src/testing'
import { tagged } from '../support/tagged'

/** A dial that goes up and ends when it is told to. */
const session = () => {
  let end = (): void => undefined
  const over = new Promise<void>((resolve) => {
    end = resolve
  })
  return { end: () => end(), over }
}

/** Lets everybody who was woken do what is to be done. */
const settled = async () => {
  for (let turns = 0; turns < 50; turns += 1) await nextTurn()
}

describe('a test ledger', () => {
  it('waits an interval in no time', async () => {
    const { ledger, clock } = await testLedger()
    tagged(await ledger.guard('isp', () => 1), 'NeverUp')
    tagged(await ledger.guard('isp', () => 2), 'Refused')
    const guarded = ledger.guard('isp', () => 3, { wait: true })
    await settled()
    clock.advance(599)
    await settled()
    expect(await ledger.status('isp')).toMatchObject({ phase: 'waiting', retryAfterSec: 1 })
    clock.advance(1)
    expect(tagged(await guarded, 'NeverUp').value).toBe(3)
    expect(tagged(await ledger.audit(), 'Audited').totals).toMatchObject({ kept: 2, broken: 0 })
    tagged(await ledger.close(), 'Closed')
  })

  it('is not fooled by a step of the wall clock', async () => {
    const { ledger, clock } = await testLedger()
    tagged(await ledger.guard('isp', () => 1), 'NeverUp')
    clock.stepWall(86_400)
    tagged(await ledger.guard('isp', () => 2), 'Refused')
    clock.stepWall(-2 * 86_400)
    clock.advance(600)
    tagged(await ledger.guard('isp', () => 2), 'NeverUp')
  })

  it('aborts a guarded call at its dial timeout, and counts one that does not listen', async () => {
    const { ledger, clock } = await testLedger()
    const { end, over } = session()
    const guarded = ledger.guard('isp', () => over)
    await settled()
    clock.advance(119)
    await settled()
    expect(await ledger.status('isp')).toMatchObject({ phase: 'dialing' })
    clock.advance(1)
    clock.advance(5)
    const result = tagged(await guarded, 'StillRunning')
    clock.advance(10_000)
    expect(await ledger.guard('isp', () => 1)).toMatchObject({ deniedBy: [{ rule: 'dialing' }] })
    end()
    expect(await result.ended).toMatchObject({ _tag: 'Failed', recorded: 'durable' })
  })

  it('has a connection lost with its process, and refuses beside a living one', async () => {
    const { ledger, openAgain, restart } = await testLedger()
    const { end, over } = session()
    const guarded = ledger.guard('isp', async ({ up }) => {
      await up()
      await over
    })
    await settled()
    const other = openAgain()
    expect(await other.guard('isp', () => 1)).toMatchObject({ deniedBy: [{ rule: 'connected' }] })
    const next = restart()
    expect(await next.guard('isp', () => 1)).toMatchObject({
      _tag: 'Refused',
      deniedBy: [{ rule: 'open-interval' }],
      lastFailure: { type: 'AssociationEnded' },
    })
    end()
    expect(await guarded).toMatchObject({ _tag: 'Stopped', recorded: 'pending' })
  })

  it('keeps the wait across a reboot', async () => {
    const { ledger, clock, reboot } = await testLedger()
    tagged(await ledger.guard('isp', () => 1), 'NeverUp')
    clock.advance(300)
    const next = reboot(3600)
    tagged(await next.guard('isp', () => 1), 'Refused')
    clock.advance(600)
    tagged(await next.guard('isp', () => 1), 'NeverUp')
  })

  it('dials nothing while the ledger is away, and loses no end', async () => {
    const { ledger, clock, setAway } = await testLedger()
    setAway(true)
    tagged(await ledger.guard('isp', () => 1), 'LedgerUnavailable')
    setAway(false)
    const result = await ledger.guard('isp', async ({ up }) => {
      tagged(await up(), 'Up')
      setAway(true)
      setTimeout(() => setAway(false), 200)
    })
    expect(result).toMatchObject({ _tag: 'Ended', recorded: 'durable' })
    clock.advance(1)
    expect(await ledger.status('isp')).toMatchObject({ phase: 'idle' })
  })

  it('renews the lease of a guarded call, and ends it when it cannot', async () => {
    const { ledger, clock, setAway } = await testLedger()
    tagged(await ledger.policy.set('isp', { leaseSec: 60, reason: 'two hosts' }), 'Policy')
    const guarded = ledger.guard('isp', async ({ up, signal }) => {
      await up()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      setAway(false)
    })
    await settled()
    clock.advance(30)
    await settled()
    clock.advance(40)
    await settled()
    expect(await ledger.status('isp')).toMatchObject({ phase: 'connected' })
    setAway(true)
    clock.advance(60)
    expect(await guarded).toMatchObject({ _tag: 'Failed', reason: 'lease-lost', wasUp: true })
  })
})
