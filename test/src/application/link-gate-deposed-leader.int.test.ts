import * as E from 'fp-ts/Either'
import { usualPatience } from '../../../src/adapters/eventstoredb/store-parts'
import { changeLink } from '../../../src/application/change-link'
import { linkGate } from '../../../src/application/link-gate'
import { loadLink } from '../../../src/application/load-link'
import { recallingParts } from '../../../src/application/recalling-parts'
import { rightOf } from '../../support/event-store-contract'
import { eventStoreDbAt } from '../../support/eventstoredb-store'
import { startFakeEventStoreDb } from '../../support/fake-eventstoredb/fake-eventstoredb'
import {
  aRequest,
  fakeClock,
  livenessThatJudges,
  partsOn,
  refused,
  rulesOf,
  typesOf,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'

jest.setTimeout(60_000)

const isp = linkId('isp')

const closings: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
})

const nodeWithStore = async () => {
  const node = await startFakeEventStoreDb()
  const url = `esdb://127.0.0.1:${node.port}?tls=false`
  const store = await eventStoreDbAt(url, { patience: { ...usualPatience, appendMs: 1000 } })
  closings.push(store.close, node.stop)
  return { node, store }
}

/**
 * A gate whose client still talks to the node that led before. That node answers reads by what it had,
 * gets no append past its quorum any more, and does not know of the hold that the new leader took.
 */
const deposed = async () => {
  const [before, now] = [await nodeWithStore(), await nodeWithStore()]
  const [command, occurred] = [{ type: 'HoldLink', reason: 'bill' } as const, null]
  const hold = changeLink(partsOn(now.store, fakeClock('b'), 'b'), {
    ...{ command, occurred, stated: null, source: 'record' },
  })
  await rightOf(hold(isp))
  before.node.faults.quorum = 'lost'
  let sleeps = 0
  const hooks = { afterSomeTries: (): void => undefined }
  const sleepMs = (): Promise<void> => {
    if ((sleeps += 1) === 5) hooks.afterSomeTries()
    return Promise.resolve()
  }
  const parts = recallingParts({ ...partsOn(before.store, fakeClock()), sleepMs })
  return { before, now, hooks, parts, gate: linkGate(parts, livenessThatJudges('unknown')) }
}

describe('a gate that reads through a leader that was deposed', () => {
  it('grants nothing on what it read there: the append has no answer to dial on', async () => {
    const { before, now, gate, parts } = await deposed()
    const { state } = await rightOf(loadLink(parts, isp))
    // So far it looks as if the link could be dialed.
    expect(state.attempt).toBeNull()
    expect(E.isLeft(await gate.request(aRequest())())).toBe(true)
    expect(before.node.seen.appends).toBeGreaterThan(1)
    for (const { store } of [before, now]) {
      expect(await typesOf(store)).not.toContain('DialAttempted')
    }
  })

  it('is refused once the node names the new leader, by what that one knows', async () => {
    const { before, now, gate, hooks } = await deposed()
    hooks.afterSomeTries = () => {
      before.node.faults.leader = { host: '127.0.0.1', port: now.node.port }
    }
    expect(rulesOf(await refused(gate.request(aRequest())))).toContain('held')
    expect(await typesOf(now.store)).toEqual(['LinkHeld', 'DialRefused'])
  })
})
