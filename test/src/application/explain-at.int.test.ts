import { changeLink, type LinkChange } from '../../../src/application/change-link'
import { changeSitePolicy } from '../../../src/application/change-site-policy'
import { explainAt } from '../../../src/application/explain-at'
import { statusRow } from '../../../src/application/status-row'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { epochMs } from '../../support/event-builders'
import { rightOf } from '../../support/event-store-contract'
import { fakeClock, partsOn } from '../../support/gate-world'
import { linkId } from '../../support/link-id'

const isp = linkId('isp')

describe('a link as of an earlier time', () => {
  const store = memoryEventStore()
  const clock = fakeClock()
  const parts = partsOn(store, clock)
  const change = (command: LinkChange['command']) =>
    rightOf(changeLink(parts, { command, occurred: null, stated: null, source: 'record' })(isp))

  beforeAll(async () => {
    clock.at(100)
    const evidence = { type: 'RecordEvidence', attempt: null, code: 629 } as const
    await change({ ...evidence, fact: 'ras-error' })
    clock.at(1000)
    const data = { set: { openIntervalSec: 900 }, unset: [], reason: 'ISP', effectiveFrom: null }
    await rightOf(changeSitePolicy(parts, { type: 'RetryPolicyChanged', data, idFrom: 'random' }))
    await change({ type: 'HoldLink', reason: 'bill' })
    clock.at(2000)
  })

  const rowAt = async (sec: number) => {
    const earlier = await rightOf(explainAt(parts, isp, epochMs + sec * 1000))
    return statusRow({ ...parts, clock: { read: () => earlier.asked } }, isp, earlier).row
  }

  it('is idle before its first event', async () => {
    expect(await rowAt(50)).toMatchObject({ phase: 'idle', mayDial: true, consecutiveFailures: 0 })
  })

  it('counts its window down from the last reading before that time', async () => {
    const row = await rowAt(400)
    expect(row).toMatchObject({ phase: 'waiting', policyVersion: 'defaults', revision: '0' })
    expect(row.retryAfterSec).toBeCloseTo(300, 0)
  })

  it('knows no policy and no hold of later', async () => {
    expect(await rowAt(999)).toMatchObject({ phase: 'idle', policyVersion: 'defaults' })
  })

  it('knows what was so at the very time', async () => {
    expect(await rowAt(1000)).toMatchObject({ phase: 'held', policyVersion: 'site:0' })
  })
})
