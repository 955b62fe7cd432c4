import * as E from 'fp-ts/Either'
import { changeLink, type LinkChange } from '../../../src/application/change-link'
import { changeSitePolicy } from '../../../src/application/change-site-policy'
import { linkGate } from '../../../src/application/link-gate'
import type { AttemptReport, Gate } from '../../../src/application/gate'
import { loadLink } from '../../../src/application/load-link'
import type { EventStore } from '../../../src/ports/event-store'
import type { Liveness } from '../../../src/ports/liveness'
import { leftOf, rightOf } from '../../support/event-store-contract'
import {
  aRequest,
  eventsOf,
  eventsOfType,
  fakeClock,
  faultyStore,
  granted,
  interruptedStore,
  livenessThatJudges,
  partsOn,
  refused,
  removeFolders,
  rulesOf,
  slowlyReadStore,
  stores,
  typesOf,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'

const isp = linkId('isp')

afterAll(removeFolders)

describe.each(stores)('the gate on the %s store', (_name, open) => {
  let store: EventStore
  let clock: ReturnType<typeof fakeClock>
  beforeEach(async () => {
    store = await open()
    clock = fakeClock()
  })
  afterEach(() => store.close())

  /** A gate as a process has it that was just started: nothing but the store is kept. */
  const gateOn = (at = store, liveness = livenessThatJudges('alive')): Gate =>
    linkGate(partsOn(at, clock), liveness)

  /** A request of which the preparations take so many seconds from the start of the clock. */
  const preparedFor = (sec: number) => {
    const request = aRequest()
    const prepare: typeof request.prepare = (planned) => {
      clock.at(sec)
      return request.prepare(planned)
    }
    return { ...request, prepare }
  }

  const dial = (request = aRequest()) => granted(gateOn().request(request))

  const failed = (attempt: string) =>
    ({
      _tag: 'Settled',
      attempt,
      occurred: clock.read(),
      started: true,
      normal: false,
      origin: 'exit:generic',
      code: 1,
      reason: 'exited',
    }) satisfies AttemptReport

  const report = (told: AttemptReport) => rightOf(gateOn().report(isp, told))

  const change = (command: LinkChange['command']) =>
    rightOf(
      changeLink(partsOn(store, clock), {
        command,
        occurred: null,
        stated: null,
        source: 'record',
      })(isp),
    )

  it('G18: stores two reports of one moment that differ in their code, each under its id', async () => {
    const { attempt } = await dial()
    const told = failed(attempt)
    await report(told)
    await report({ ...told, code: 16 })
    const errors = await eventsOfType(store, 'ConnectionErrorOccurred')
    expect(errors.map(({ data }) => data.code)).toEqual([1, 16])
    expect(new Set(errors.map(({ id }) => id)).size).toBe(2)
    expect(await eventsOfType(store, 'ConnectionOpenFailed')).toHaveLength(1)
  })

  describe('when nothing is known of the link', () => {
    it('grants, once the grant is stored under the id of the attempt', async () => {
      const grant = await dial()
      expect(grant).toMatchObject({ dialTimeoutSec: 120, startWithinSec: 5, revision: 0n })
      expect(grant.startByCs).toBe(grant.granted.uptimeCs + 500)
      const [stored] = await eventsOfType(store, 'DialAttempted')
      expect(stored).toMatchObject({ id: grant.attempt, metadata: { attempt: grant.attempt } })
    })

    it('stores the processes that were prepared for the grant', async () => {
      const supervisor = { pid: 7, startTicks: 70, pidNamespace: 'pid:[1]' }
      const session = { pid: 8, startTicks: 80, pidNamespace: 'pid:[1]' }
      const prepare = () => Promise.resolve(E.right({ supervisor, session }))
      await dial(aRequest({ prepare }))
      const [stored] = await eventsOfType(store, 'DialAttempted')
      expect(stored?.data).toMatchObject({ supervisor, session })
    })
  })

  describe('when an attempt failed', () => {
    const fail = async () => {
      const { attempt } = await dial()
      clock.at(100)
      await report(failed(attempt))
    }

    it('refuses until one interval after the failure, whoever asks (G2)', async () => {
      await fail()
      clock.at(699.9)
      expect(rulesOf(await refused(gateOn().request(aRequest())))).toEqual(['open-interval'])
      clock.at(700.02)
      await dial()
    })

    it('says until when, and how long time alone takes', async () => {
      await fail()
      clock.at(200)
      const refusal = await refused(gateOn().request(aRequest()))
      expect(refusal.retryAfterSec).toBeCloseTo(500, 0)
      const waitMs = Date.parse(refusal.notBefore ?? '') - Date.parse(clock.read().wall)
      expect(Math.abs(waitMs - 500_000)).toBeLessThan(1000)
    })

    it('only reads for a repeated refusal, and appends one after each tenth (R13)', async () => {
      await fail()
      const before = (await eventsOf(store)).length
      for (const sec of [101, 110, 159]) {
        clock.at(sec)
        await refused(gateOn().request(aRequest()))
      }
      expect(await eventsOf(store)).toHaveLength(before)
      clock.at(160.1)
      await refused(gateOn().request(aRequest()))
      await refused(gateOn().request(aRequest()))
      expect((await typesOf(store)).slice(before)).toEqual(['DialRefused'])
      clock.at(221)
      await refused(gateOn().request(aRequest()))
      expect((await typesOf(store)).slice(before)).toEqual(['DialRefused', 'DialRefused'])
    })

    it('leaves a trace of a host that asks for the first time, and grants it one interval later', async () => {
      await fail()
      const other = fakeClock('b')
      const gate = linkGate(partsOn(store, other, 'b'), livenessThatJudges('alive'))
      other.at(150)
      await refused(gate.request(aRequest()))
      expect((await typesOf(store)).at(-1)).toBe('DialRefused')
      other.at(749)
      await refused(gate.request(aRequest()))
      other.at(750.1)
      await granted(gate.request(aRequest()))
    })

    it('is not moved by a step of the wall clock (C1)', async () => {
      await fail()
      clock.wallSteps(3600)
      clock.at(200)
      await refused(gateOn().request(aRequest()))
      clock.wallSteps(-7200)
      clock.at(700.02)
      await dial()
    })

    it('answers a process that was just started as it answers one that goes on', async () => {
      await fail()
      const parts = partsOn(store, clock)
      const gate = linkGate(parts, livenessThatJudges('alive'))
      for (const sec of [101, 300, 699.9]) {
        clock.at(sec)
        const answer = await refused(gate.request(aRequest()))
        expect(await refused(gateOn().request(aRequest()))).toEqual(answer)
        const state = async (of: typeof parts) => rightOf(loadLink(of, isp))
        expect(await state(partsOn(store, clock))).toEqual(await state(parts))
      }
    })
  })

  describe('when others append meanwhile', () => {
    const observed: LinkChange['command'] = {
      type: 'RecordEvidence',
      attempt: null,
      fact: 'dial',
      code: null,
    }

    it('decides again on what they appended', async () => {
      const hold = () => change({ type: 'HoldLink', reason: 'bill' })
      const refusal = await refused(gateOn(interruptedStore(store, [hold])).request(aRequest()))
      expect(refusal).toMatchObject({ retryAfterSec: null, deniedBy: [{ rule: 'held' }] })
      expect(await typesOf(store)).not.toContain('DialAttempted')
    })

    it('reads again what has grown old, so that a hold of the whole ledger is seen', async () => {
      // The second read is the one after the preparations, which the grant rests on.
      const slow = async () => {
        clock.at(4)
        await rightOf(
          changeSitePolicy(partsOn(store, clock), {
            type: 'LinkHeld',
            data: { reason: 'moving' },
            idFrom: 'random',
          }),
        )
      }
      const request = preparedFor(1)
      const refusal = await refused(
        gateOn(slowlyReadStore(store, 'link-isp', slow)).request(request),
      )
      expect(rulesOf(refusal)).toEqual(['held'])
      expect(await typesOf(store)).toEqual([])
    })

    it.each([
      [0.01, 0],
      [0.02, 0.02],
    ])(
      'decides anew once time passed while it prepared: after %s s, from %s s on',
      async (sec, fromSec) => {
        const startCs = clock.read().uptimeCs
        const { startByCs, startWithinSec } = await dial(preparedFor(sec))
        expect(startByCs - startWithinSec * 100 - startCs).toBe(fromSec * 100)
      },
    )

    it('refuses for a leftover that it took long to look for, and looks once', async () => {
      await dial()
      let looks = 0
      const judge: Liveness['judge'] = async () => {
        looks += 1
        clock.at(130 + looks * 5)
        return 'leftover-stuck'
      }
      const refusal = await refused(gateOn(store, { asked: [], judge }).request(aRequest()))
      expect(rulesOf(refusal)).toContain('dialer-still-running')
      expect(looks).toBe(1)
    })

    it.each([
      ['came up', 'oneshot', ['connected']],
      ['ended', 'supervised', ['open-interval']],
    ] as const)(
      'ends nothing of an attempt that %s while it was looked at',
      async (end, supervision, denied) => {
        const { attempt } = await dial(aRequest({ supervision }))
        const ended: string[] = []
        const judge: Liveness['judge'] = async (_link, traces, isAsRead) => {
          if (traces.up) return 'alive'
          await report(
            end === 'ended'
              ? failed(attempt)
              : { _tag: 'Up', attempt, occurred: clock.read(), proof: 'exit' },
          )
          if (!(await isAsRead())) return 'outdated'
          ended.push(traces.attempt)
          return 'leftover-ended'
        }
        const refusal = await refused(gateOn(store, { asked: [], judge }).request(aRequest()))
        expect(rulesOf(refusal)).toEqual(denied)
        expect(ended).toEqual([])
      },
    )

    it('goes on to the grant that it prepared, and prepares once', async () => {
      const observe = () => change(observed)
      const request = aRequest()
      const grant = await granted(
        gateOn(interruptedStore(store, [observe, observe])).request(request),
      )
      expect(request.prepared).toEqual([grant.attempt])
      expect(grant.revision).toBe(2n)
    })

    it('grants one of two that ask at once', async () => {
      const answers = await Promise.all(
        [gateOn(), gateOn()].map((gate) => rightOf(gate.request(aRequest()))),
      )
      expect(answers.map(({ _tag }) => _tag).toSorted()).toEqual(['Granted', 'Refused'])
      expect(await eventsOfType(store, 'DialAttempted')).toHaveLength(1)
    })

    it('gives up, and grants nothing, when it is outrun for ever', async () => {
      const outrun = Array.from({ length: 300 }, () => () => change(observed))
      const error = await leftOf(gateOn(interruptedStore(store, outrun)).request(aRequest()))
      expect(error._tag).toBe('LedgerUnavailable')
      expect(await typesOf(store)).not.toContain('DialAttempted')
    })
  })

  describe('when the outcome of an append is unknown', () => {
    const unknown = (appends: boolean) => ({
      error: { _tag: 'UnknownOutcome' as const, why: 'no answer' },
      appends,
    })
    const unavailable = {
      error: { _tag: 'Unavailable' as const, why: 'locked' },
      appends: false,
    }

    it.each([
      ['was stored', true],
      ['was lost', false],
    ])('repeats the same bytes at the same revision: it %s (S5)', async (_what, appends) => {
      const faulty = faultyStore(store, [unknown(appends), unknown(appends)])
      const grant = await granted(gateOn(faulty).request(aRequest()))
      expect(faulty.calls).toHaveLength(3)
      expect(new Set(faulty.calls.map((call) => JSON.stringify(call))).size).toBe(1)
      expect(await eventsOfType(store, 'DialAttempted')).toMatchObject([{ id: grant.attempt }])
    })

    it('gives no grant while nobody knows, and never tries another place', async () => {
      const faulty = faultyStore(
        store,
        Array.from({ length: 500 }, () => unknown(true)),
      )
      const error = await leftOf(gateOn(faulty).request(aRequest()))
      expect(error._tag).toBe('AppendUncertain')
      expect(new Set(faulty.calls.map(([, revision]) => revision))).toEqual(new Set(['no_stream']))
      expect(await eventsOfType(store, 'DialAttempted')).toHaveLength(1)
    })

    it('does not take a repetition that failed for an answer about the first', async () => {
      const faulty = faultyStore(store, [unknown(true), unavailable, unavailable])
      const grant = await granted(gateOn(faulty).request(aRequest()))
      expect(await eventsOfType(store, 'DialAttempted')).toMatchObject([{ id: grant.attempt }])
    })

    it('decides afresh once the place turns out to be taken', async () => {
      const faulty = faultyStore(store, [unknown(false)])
      const rival = interruptedStore(faulty, [
        () => Promise.resolve(),
        () => granted(gateOn().request(aRequest())),
      ])
      expect(rulesOf(await refused(gateOn(rival).request(aRequest())))).toEqual(['dialing'])
    })

    it('is no grant when the store says that nothing was appended', async () => {
      const error = await leftOf(gateOn(faultyStore(store, [unavailable])).request(aRequest()))
      expect(error).toEqual({ _tag: 'LedgerUnavailable', why: 'locked' })
      expect(await typesOf(store)).toEqual([])
    })
  })

  describe('when the dial cannot be prepared', () => {
    it("refuses with lock-held while somebody else has the link's lock", async () => {
      const prepare = () => Promise.resolve(E.left({ _tag: 'LockHeld' as const }))
      const refusal = await refused(gateOn().request(aRequest({ prepare })))
      expect(rulesOf(refusal)).toEqual(['lock-held'])
      expect(refusal.retryAfterSec).toBeGreaterThan(0)
      expect(await typesOf(store)).toEqual(['DialRefused'])
    })

    it('tells why, and appends nothing, when no launcher can be started', async () => {
      const prepare = () => Promise.resolve(E.left({ _tag: 'CannotPrepare' as const, why: 'fork' }))
      const error = await leftOf(gateOn().request(aRequest({ prepare })))
      expect(error).toEqual({ _tag: 'CannotPrepare', why: 'fork' })
      expect(await typesOf(store)).toEqual([])
    })

    it('prepares nothing for a refusal', async () => {
      await dial()
      const request = aRequest()
      await refused(gateOn().request(request))
      expect(request.prepared).toEqual([])
    })
  })

  describe('when an attempt is left unsettled', () => {
    it('counts it as abandoned at its dial timeout, recorded or not (C11, R5)', async () => {
      const { attempt } = await dial()
      const gone = gateOn(store, livenessThatJudges('gone'))
      clock.at(719.9)
      expect(rulesOf(await refused(gone.request(aRequest())))).toEqual(['open-interval'])
      expect((await typesOf(store)).slice(1)).toEqual(['DialAbandoned'])
      clock.at(800)
      const grant = await granted(gone.request(aRequest()))
      expect(grant.attempt).not.toBe(attempt)
    })

    it('records that and the next grant in one append', async () => {
      await dial()
      clock.at(800)
      const faulty = faultyStore(store, [])
      const gone = gateOn(faulty, livenessThatJudges('gone'))
      const grant = await granted(gone.request(aRequest()))
      expect(faulty.calls.map(([, , events]) => events.map(({ type }) => type))).toEqual([
        ['DialAbandoned', 'DialAttempted'],
      ])
      expect(grant.revision).toBe(2n)
    })

    it('tells the judge everything that the grant says', async () => {
      const { attempt, granted: reading } = await dial()
      const liveness = livenessThatJudges('alive')
      await refused(gateOn(store, liveness).request(aRequest()))
      expect(liveness.asked).toMatchObject([
        { attempt, granted: reading, host: 'a', up: false, dialTimeoutSec: 120 },
      ])
    })

    it.each([
      ['supervised', 'supervisor-lost'],
      ['oneshot', 'owner-gone'],
      ['grant', 'owner-gone'],
    ] as const)('ends a connected link whose %s process is gone', async (supervision, reason) => {
      const { attempt } = await dial(aRequest({ supervision }))
      await report({ _tag: 'Up', attempt, proof: 'output', occurred: clock.read() })
      clock.at(1000)
      const gate = gateOn(store, livenessThatJudges('gone'))
      expect(rulesOf(await refused(gate.request(aRequest())))).toEqual(['open-interval'])
      expect(await eventsOfType(store, 'AssociationEnded')).toMatchObject([
        // Nobody saw when it ended, so nothing proves how long it was up.
        { data: { abnormal: true, reason, upCs: null, short: true }, metadata: { attempt } },
      ])
      clock.at(1600.1)
      await dial()
    })

    it('leaves a connected link alone while it is looked after, or cannot be judged', async () => {
      const { attempt } = await dial()
      await report({ _tag: 'Up', attempt, proof: 'output', occurred: clock.read() })
      for (const judgement of ['alive', 'unknown'] as const) {
        clock.at(100_000)
        const gate = gateOn(store, livenessThatJudges(judgement))
        expect(rulesOf(await refused(gate.request(aRequest())))).toEqual(['connected'])
      }
      expect(await typesOf(store)).not.toContain('AssociationEnded')
    })

    it('records a dialer that had to be ended, although others append meanwhile', async () => {
      const { attempt } = await dial()
      clock.at(10)
      const hold = () => change({ type: 'HoldLink', reason: 'bill' })
      const gate = gateOn(
        interruptedStore(store, [hold]),
        livenessThatJudges('leftover-ended', 'gone'),
      )
      await refused(gate.request(aRequest()))
      expect(await eventsOfType(store, 'ConnectionErrorOccurred')).toMatchObject([
        { data: { origin: 'leftover-ended' }, metadata: { attempt } },
      ])
    })

    it('refuses beside a dialer that cannot be ended, each time anew (R5)', async () => {
      await dial()
      for (const sec of [1000, 2000]) {
        clock.at(sec)
        const gate = gateOn(store, livenessThatJudges('leftover-stuck'))
        const rules = rulesOf(await refused(gate.request(aRequest())))
        expect(rules).toContain('dialer-still-running')
      }
      expect(await eventsOfType(store, 'ConnectionErrorOccurred')).toHaveLength(2)
    })
  })

  describe('when a report comes', () => {
    it('records start and outcome of the attempt, and the same report only once', async () => {
      const { attempt } = await dial()
      await report({ _tag: 'Started', attempt, pid: 42, occurred: clock.read() })
      clock.at(5)
      const told = failed(attempt)
      await report(told)
      await report(told)
      expect(await typesOf(store)).toEqual([
        'DialAttempted',
        'DialStarted',
        'ConnectionErrorOccurred',
        'ConnectionOpenFailed',
      ])
    })

    it('rejects one about an attempt that nobody was granted', async () => {
      await dial()
      const error = await leftOf(
        gateOn().report(isp, failed('00000000-0000-4000-8000-00000000dead')),
      )
      expect(error._tag).toBe('Rejected')
    })

    it('rejects an up that comes after the dial timeout', async () => {
      const { attempt } = await dial()
      clock.at(121)
      const up = { _tag: 'Up', attempt, proof: 'output', occurred: clock.read() } as const
      const error = await leftOf(gateOn().report(isp, up))
      expect(error).toMatchObject({ _tag: 'Rejected', why: expect.stringContaining('abandoned') })
    })
  })
})
