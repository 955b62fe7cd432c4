import { changeLink, type LinkChange } from '../../../src/application/change-link'
import { changeSitePolicy } from '../../../src/application/change-site-policy'
import type { Gate } from '../../../src/application/gate'
import { linkGate } from '../../../src/application/link-gate'
import { loadLink } from '../../../src/application/load-link'
import type { EventStore } from '../../../src/ports/event-store'
import { leftOf, rightOf } from '../../support/event-store-contract'
import {
  aRequest,
  fakeClock,
  granted,
  livenessThatJudges,
  partsOn,
  refused,
  removeFolders,
  rulesOf,
  stores,
  typesOf,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { sealedEvent } from '../../support/sealed-events'

const isp = linkId('isp')

afterAll(removeFolders)

describe.each(stores)('an unreadable event on the %s store (R16, G22)', (_name, open) => {
  let store: EventStore
  let clock: ReturnType<typeof fakeClock>
  beforeEach(async () => {
    store = await open()
    clock = fakeClock()
  })
  afterEach(() => store.close())

  const gate = (): Gate => linkGate(partsOn(store, clock), livenessThatJudges('alive'))

  const change = (command: LinkChange['command']) =>
    changeLink(partsOn(store, clock), {
      command,
      occurred: null,
      stated: null,
      source: 'record',
    })(isp)

  const release = (past: bigint | null) => change({ type: 'ReleaseLink', reason: 'checked', past })

  const appendUnreadable = async (stream: string) => {
    const length = BigInt((await typesOf(store, stream)).length)
    const expected = length === 0n ? 'no_stream' : length - 1n
    const event = sealedEvent(0xbad, { type: 'DialTeleported', data: '{}' })
    await rightOf(store.append(stream, expected, [event]))
  }

  describe("when it is in the link's stream", () => {
    beforeEach(async () => {
      await rightOf(change({ type: 'HoldLink', reason: 'bill' }))
      await rightOf(release(null))
      await appendUnreadable('link-isp')
    })

    it('refuses until a person acts, and adds nothing to it', async () => {
      const before = await typesOf(store)
      const refusal = await refused(gate().request(aRequest()))
      expect(rulesOf(refusal)).toContain('ledger-unreadable')
      expect(refusal.retryAfterSec).toBeNull()
      expect(await typesOf(store)).toEqual(before)
    })

    it('goes on refusing after a release that does not name it', async () => {
      await rightOf(release(null))
      expect((await leftOf(release(1n)))._tag).toBe('Rejected')
      clock.at(10_000)
      expect(rulesOf(await refused(gate().request(aRequest())))).toContain('ledger-unreadable')
    })

    it('grants one full interval after a release that names it', async () => {
      await rightOf(release(2n))
      clock.at(599.9)
      expect(rulesOf(await refused(gate().request(aRequest())))).toEqual(['released-past'])
      clock.at(600.1)
      await granted(gate().request(aRequest()))
    })

    it('leaves other links alone', async () => {
      await granted(gate().request(aRequest({ link: linkId('other') })))
    })
  })

  describe('when it is in site-policy', () => {
    beforeEach(() => appendUnreadable('site-policy'))

    it('refuses every link until a person acts', async () => {
      const refusal = await refused(gate().request(aRequest()))
      expect(rulesOf(refusal)).toEqual(['ledger-unreadable'])
      expect(refusal.retryAfterSec).toBeNull()
      expect(await typesOf(store)).toEqual([])
    })

    const releaseSite = () =>
      rightOf(
        changeSitePolicy(partsOn(store, clock), {
          type: 'LinkReleased',
          data: { reason: 'restored', past: '0' },
          idFrom: 'random',
        }),
      )

    it('is read past once a person accepts it', async () => {
      await releaseSite()
      await granted(gate().request(aRequest()))
    })

    it('keeps a link that is known closed for one interval after that', async () => {
      await rightOf(change({ type: 'HoldLink', reason: 'bill' }))
      await rightOf(release(null))
      await releaseSite()
      expect(rulesOf(await refused(gate().request(aRequest())))).toEqual(['site-released'])
      clock.at(599.9)
      expect(rulesOf(await refused(gate().request(aRequest())))).toEqual(['released-past'])
      clock.at(600.1)
      await granted(gate().request(aRequest()))
    })
  })

  it('refuses a stream whose start is gone', async () => {
    await rightOf(change({ type: 'HoldLink', reason: 'bill' }))
    await rightOf(release(null))
    const beheaded: EventStore = {
      ...store,
      readStream: (range) => async () => {
        const page = await store.readStream(range)()
        return page._tag === 'Left'
          ? page
          : {
              ...page,
              right: {
                ...page.right,
                events: page.right.events.filter(({ revision }) => revision > 0n),
              },
            }
      },
    }
    const parts = partsOn(beheaded, clock)
    const answer = await refused(linkGate(parts, livenessThatJudges('alive')).request(aRequest()))
    expect(rulesOf(answer)).toContain('ledger-unreadable')
    expect((await rightOf(loadLink(parts, isp))).state.unreadable).not.toBeNull()
  })
})
