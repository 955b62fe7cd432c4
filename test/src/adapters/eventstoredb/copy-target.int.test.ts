import * as E from 'fp-ts/Either'
import { join } from 'node:path'
import { auditAll } from '../../../../projections/findings/audit-all'
import { openCopyTarget } from '../../../../src/adapters/eventstoredb/copy-target'
import { initLedger } from '../../../../src/adapters/eventstoredb/init-ledger'
import { openLedger } from '../../../../src/adapters/eventstoredb/open-ledger'
import { openCopyTarget as openFile } from '../../../../src/adapters/sqlite/copy-target'
import { openLedger as openFileLedger } from '../../../../src/adapters/sqlite/open-ledger'
import { auditLedger } from '../../../../src/application/audit'
import { changeLink, type LinkChange } from '../../../../src/application/change-link'
import { changeSitePolicy } from '../../../../src/application/change-site-policy'
import { linkGate } from '../../../../src/application/link-gate'
import type { EventStore } from '../../../../src/ports/event-store'
import { contentsOf, copied, memoryLedger, sealedCreation } from '../../../support/copy-world'
import { rightOf } from '../../../support/event-store-contract'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../../support/fake-eventstoredb/fake-eventstoredb'
import {
  aRequest,
  fakeClock,
  granted,
  livenessThatJudges,
  newFolder,
  partsOn,
  refused,
  removeFolders,
  rulesOf,
} from '../../../support/gate-world'
import { linkId } from '../../../support/link-id'
import { testLedgerId } from '../../../support/sqlite-ledger'

const origin = { ledgerId: testLedgerId, created: sealedCreation() }

let server: FakeEventStoreDb
let url: string
let source: EventStore
let clock: ReturnType<typeof fakeClock>
beforeEach(async () => {
  server = await startFakeEventStoreDb()
  url = `esdb://127.0.0.1:${server.port}?tls=false`
  source = await memoryLedger()
  clock = fakeClock()
})
afterEach(() => server.stop())
afterAll(removeFolders)

const gateOn = (store: EventStore) => linkGate(partsOn(store, clock), livenessThatJudges('alive'))
const ask = (link: string) => aRequest({ link: linkId(link) })
const change = (link: string, command: LinkChange['command']) =>
  rightOf(
    changeLink(partsOn(source, clock), { command, occurred: null, stated: null, source: 'record' })(
      linkId(link),
    ),
  )

/** Dials that failed and one that went well, of two links between each other. */
const past = async () => {
  for (let round = 0; round < 6; round += 1) {
    for (const link of ['isp', 'Straße / X=1']) {
      clock.at(round * 1000)
      const { attempt } = await granted(gateOn(source).request(ask(link)))
      const end = { reason: 'exited', origin: 'exit:generic', code: round }
      await change(link, { type: 'SettleAttempt', attempt, started: true, normal: false, ...end })
    }
  }
}

const openTarget = () => rightOf(() => openCopyTarget(url, origin))

const copyToServer = async () => {
  const target = await openTarget()
  const result = await copied(source, target, { clock })
  await target.close()
  return result
}

const auditOf = async (store: EventStore) =>
  rightOf(() => auditLedger(store, { ...auditAll, asOf: '2026-01-01T00:00:00.000Z' }))

describe('copying a ledger to EventStoreDB', () => {
  it('S6: there and back gives the same bytes and verdicts, and one of them grants', async () => {
    await past()
    clock.at(9000)
    const before = await auditOf(source)
    expect(await copyToServer()).toMatchObject(E.right({ damaged: [] }))
    const { store: there, ledgerId } = await rightOf(() => openLedger(url))
    expect(ledgerId).toBe(testLedgerId)
    expect(await contentsOf(there)).toEqual(await contentsOf(source))

    const path = join(newFolder(), 'back.db')
    const back = await rightOf(openFile(path, origin))
    const again = await copied(there, back, { clock })
    expect(again).toMatchObject(E.right({ damaged: [] }))
    const { store: returned } = await rightOf(openFileLedger(path))
    expect(await contentsOf(returned)).toEqual(await contentsOf(source))
    expect(await auditOf(returned)).toEqual(before)

    const release = { type: 'LinkReleased', data: { reason: 'moved', past: null } } as const
    await rightOf(changeSitePolicy(partsOn(there, clock), { ...release, idFrom: 'random' }))
    await granted(gateOn(there).request(ask('isp')))
    for (const store of [source, returned]) {
      for (const link of ['isp', 'new']) {
        expect(rulesOf(await refused(gateOn(store).request(ask(link))))).toContain('held')
      }
    }
    await there.close()
    await returned.close()
  })

  it('S5: stores everything once though every third answer is lost', async () => {
    await past()
    server.faults.loseAnswerOfEvery = 3
    expect(await copyToServer()).toMatchObject(E.right({ damaged: [] }))
    server.faults.loseAnswerOfEvery = 0
    const { store } = await rightOf(() => openLedger(url))
    expect(await contentsOf(store)).toEqual(await contentsOf(source))
    await store.close()
  })

  it('is no ledger before it is whole: it is not opened, and init makes none beside it', async () => {
    await past()
    const target = await openTarget()
    const [first] = await contentsOf(source)
    if (first === undefined) throw new Error('no past')
    await rightOf(target.store.append(first.stream, 'no_stream', [first]))
    await target.close()
    expect(await openLedger(url)).toMatchObject(E.left({ _tag: 'LedgerMissing' }))
    const made = await initLedger(url, sealedCreation())
    expect(made).toMatchObject(
      E.left({ _tag: 'NotALedger', next: expect.stringContaining('copy') }),
    )
    expect(await copyToServer()).toMatchObject(E.right({ damaged: [] }))
    expect(await initLedger(url, sealedCreation())).toMatchObject(E.right({ created: false }))
  })

  it('says on a copy that is whole that nothing is new there', async () => {
    await past()
    await copyToServer()
    expect(await copyToServer()).toMatchObject(E.right({ copied: 0 }))
  })

  it('refuses a server that holds another ledger, and leaves it as it is', async () => {
    const created = {
      ...sealedCreation(),
      data: '{"ledgerId":"00000000-0000-4000-8000-000000000001"}',
    }
    await rightOf(() => initLedger(url, created))
    expect(await openCopyTarget(url, origin)).toMatchObject(
      E.left({ _tag: 'NotALedger', why: 'it holds another ledger' }),
    )
  })
})
