import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { join } from 'node:path'
import { openCopyTarget } from '../../../src/adapters/sqlite/copy-target'
import { openLedger } from '../../../src/adapters/sqlite/open-ledger'
import { changeLink, type LinkChange } from '../../../src/application/change-link'
import { changeSitePolicy, type SiteChange } from '../../../src/application/change-site-policy'
import { linkGate } from '../../../src/application/link-gate'
import type { CopyTarget } from '../../../src/ports/copy-target'
import { holdSettlesCs } from '../../../src/application/view-age'
import type { EventStore } from '../../../src/ports/event-store'
import {
  completeTarget,
  contentsOf,
  copied,
  memoryLedger,
  memoryTarget,
  sealedCreation,
} from '../../support/copy-world'
import { rightOf } from '../../support/event-store-contract'
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
  typesOf,
} from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { sealedEvent } from '../../support/sealed-events'
import { testLedgerId } from '../../support/sqlite-ledger'

afterAll(removeFolders)

const sqliteTarget = (path = join(newFolder(), 'copy.db')): Promise<CopyTarget> =>
  rightOf(openCopyTarget(path, { ledgerId: testLedgerId, created: sealedCreation() }))

const targets: ReadonlyArray<readonly [string, () => Promise<CopyTarget>]> = [
  ['memory', () => Promise.resolve(memoryTarget())],
  ['SQLite', () => sqliteTarget()],
]

let source: EventStore
let clock: ReturnType<typeof fakeClock>
beforeEach(async () => {
  source = await memoryLedger()
  clock = fakeClock()
})

const gateOn = (store: EventStore) => linkGate(partsOn(store, clock), livenessThatJudges('alive'))
const dial = (link: string, store = source) =>
  granted(gateOn(store).request(aRequest({ link: linkId(link) })))
const isRefused = async (link: string, store = source) =>
  rulesOf(await refused(gateOn(store).request(aRequest({ link: linkId(link) }))))

const change = (link: string, command: LinkChange['command'], store = source) =>
  rightOf(
    changeLink(partsOn(store, clock), { command, occurred: null, stated: null, source: 'record' })(
      linkId(link),
    ),
  )
const fails = (link: string, store = source) =>
  change(link, { type: 'RecordEvidence', attempt: null, fact: 'ras-error', code: 629 }, store)
const releases = (link: string, store = source) =>
  change(link, { type: 'ReleaseLink', reason: 'tested', past: null }, store)
const changeSite = (event: SiteChange, store = source) =>
  rightOf(changeSitePolicy(partsOn(store, clock), event))
const releaseAll: SiteChange = {
  type: 'LinkReleased',
  data: { reason: 'moved', past: null },
  idFrom: 'random',
}
const settle = (link: string, attempt: string) =>
  change(link, {
    type: 'SettleAttempt',
    attempt,
    started: true,
    normal: false,
    reason: 'exited',
    origin: 'exit:generic',
    code: 1,
  })

/** Some links with a past: many small appends between each other, and a policy that changed. */
const past = async () => {
  for (const link of ['isp', 'mail', 'uucp']) {
    await fails(link)
    await change(link, { type: 'HoldLink', reason: 'bill' })
    await releases(link)
  }
  await changeSite({
    type: 'RetryPolicyChanged',
    data: { set: { openIntervalSec: 300 }, unset: [], reason: 'why not', effectiveFrom: null },
    idFrom: 'random',
  })
  for (let round = 0; round < 20; round += 1) for (const link of ['isp', 'mail']) await fails(link)
}

const copy = (target: CopyTarget, options: Partial<Parameters<typeof copied>[2]> = {}) =>
  copied(source, target, { clock, ...options })

const copyRight = async (target: CopyTarget, options?: Partial<Parameters<typeof copied>[2]>) => {
  const result = await copy(target, options)
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

describe.each(targets)('copying a ledger to a target of %s', (_name, open) => {
  let target: CopyTarget
  beforeEach(async () => {
    target = await open()
  })
  afterEach(() => target.close())

  it('gives the same events in the same order, but for their positions', async () => {
    await past()
    const report = await copyRight({ ...target, complete: memoryTarget().complete })
    const contents = await contentsOf(source)
    expect(await contentsOf(target.store)).toEqual(contents)
    expect(report).toMatchObject({ events: contents.length + 1, copied: contents.length })
    expect(report).toMatchObject({ streams: 5, links: 3, damaged: [] })
  })

  it('holds every link first, and says who and why (R12)', async () => {
    await past()
    await copyRight(target)
    expect(await isRefused('isp')).toContain('held')
    expect(await isRefused('a link that is new to it')).toEqual(['held'])
    expect(await contentsOf(source)).toContainEqual(
      expect.objectContaining({
        stream: 'site-policy',
        type: 'LinkHeld',
        data: '{"reason":"moving"}',
      }),
    )
  })

  it('adds nothing when it is repeated at any moment', async () => {
    await past()
    await copyRight({ ...target, complete: memoryTarget().complete })
    const before = await contentsOf(target.store)
    const again = await copyRight({ ...target, complete: memoryTarget().complete })
    expect(again).toMatchObject({ copied: 0, events: before.length + 1 })
    expect(await contentsOf(target.store)).toEqual(before)
    expect(
      (await typesOf(source, 'site-policy')).filter((type) => type === 'LinkHeld'),
    ).toHaveLength(1)
  })

  it('goes on after a target that was away at any append', async () => {
    await past()
    for (let failing = 1; ; failing += 1) {
      const result = await copy({
        ...withFailure(target, failing),
        complete: memoryTarget().complete,
      })
      if (E.isRight(result)) break
      expect(result.left).toMatchObject({ _tag: 'TargetFailed', error: { _tag: 'Unavailable' } })
    }
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
  })

  it('refuses a target that has something else at any place, and changes nothing there', async () => {
    await past()
    await rightOf(target.store.append('link-isp', 'no_stream', [sealedEvent(7)]))
    const before = await contentsOf(target.store)
    const result = await copy(target)
    expect(result).toMatchObject(E.left({ _tag: 'TargetDiffers', revision: 0n }))
    expect(await contentsOf(target.store)).toEqual(before)
  })

  it('refuses a target that has more than the source', async () => {
    await copyRight({ ...target, complete: memoryTarget().complete })
    await rightOf(target.store.append('link-other', 'no_stream', [sealedEvent(7)]))
    expect(await copy(target)).toEqual(
      E.left({ _tag: 'TargetDiffers', stream: 'link-other', revision: 0n }),
    )
  })
})

/** A target whose n-th append fails, as certainly as it does not. */
const withFailure = (target: CopyTarget, failing: number): CopyTarget => {
  let appends = 0
  return {
    ...target,
    appendsAtOnce: 1,
    store: {
      ...target.store,
      append: (...args) => {
        appends += 1
        return appends === failing
          ? () => Promise.resolve(E.left({ _tag: 'Unavailable', why: 'away' }))
          : target.store.append(...args)
      },
    },
  }
}

describe('a target that acknowledges an append and forgets it', () => {
  /** Forgets the first append that begins with an event of this type. */
  const forgetting = (target: CopyTarget, type: string): CopyTarget => {
    let isForgotten = false
    return {
      ...target,
      store: {
        ...target.store,
        append: (...args) => {
          const [, , [first]] = args
          if (isForgotten || first.type !== type) return target.store.append(...args)
          isForgotten = true
          return TE.right({ revision: 0n, position: 0n, repeated: false })
        },
      },
    }
  }

  it('becomes no ledger when that was in the middle', async () => {
    await past()
    const target = memoryTarget()
    const result = await copy(forgetting(target, 'RetryPolicyChanged'))
    expect(result).toMatchObject(E.left({ _tag: 'TargetDiffers', stream: 'site-policy' }))
    expect(target.completions()).toBe(0)
  })

  it('gets what it forgot at the end once more', async () => {
    await past()
    const target = memoryTarget()
    await changeSite({ type: 'LinkHeld', data: { reason: 'earlier' }, idFrom: 'random' })
    await copyRight(forgetting(target, 'LinkHeld'))
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
  })
})

describe('a ledger that changes while it is copied', () => {
  let target: ReturnType<typeof memoryTarget>
  beforeEach(() => {
    target = memoryTarget()
  })

  /** Does something when the copy waits until every dial before the hold is in the ledger. */
  const whileSettling = (meanwhile: () => Promise<unknown>) => {
    let waits = 0
    return {
      ...partsOn(source, clock),
      sleepMs: async () => {
        if (waits++ === 0) await meanwhile()
      },
    }
  }

  it('brings evidence, imports and links along that came meanwhile', async () => {
    await past()
    await copyRight(target, { source: whileSettling(() => fails('a new link')) })
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
    expect(await typesOf(target.store, 'link-a new link')).toEqual(['RasErrorOccurred'])
  })

  it('waits its time from when the hold was seen, however late that was durable', async () => {
    const waitedMs: number[] = []
    const slow: EventStore = {
      ...source,
      append: (stream, expected, events) => async () => {
        clock.at(30)
        return source.append(stream, expected, events)()
      },
    }
    const parts = {
      ...partsOn(slow, clock),
      sleepMs: (ms: number) => {
        waitedMs.push(ms)
        clock.at(30 + ms / 1000 + 0.01)
        return Promise.resolve()
      },
    }
    await copyRight(target, { source: parts })
    expect(waitedMs).toEqual([holdSettlesCs * 10])
  })

  it('waits for a hold of long ago, too: its host may have slept while it was appended', async () => {
    await changeSite({ type: 'LinkHeld', data: { reason: 'moving' }, idFrom: 'random' })
    const waitedMs: number[] = []
    clock.at(100_000)
    const sleepMs = (ms: number) => {
      waitedMs.push(ms)
      clock.at(100_000 + ms / 1000 + 0.01)
      return Promise.resolve()
    }
    await copyRight(target, { source: { ...partsOn(source, clock), sleepMs } })
    expect(waitedMs).toEqual([holdSettlesCs * 10])
  })

  it('refuses while a dial that did not see the hold goes on, and copies once it has ended', async () => {
    const stale = linkGate(
      { ...partsOn(source, clock), fold: partsOn(await memoryLedger(), clock).fold },
      livenessThatJudges('alive'),
    )
    const dialStale = () => granted(stale.request(aRequest({ link: linkId('isp') })))
    const result = await copy(target, { source: whileSettling(dialStale) })
    expect(result).toMatchObject(
      E.left({ _tag: 'NotAtRest', links: [{ link: 'isp', phase: 'dialing' }] }),
    )
    expect(target.completions()).toBe(0)
    await settle('isp', await attemptOf('isp'))
    await copyRight(target)
    expect(await typesOf(target.store)).toEqual(await typesOf(source))
  })

  it('takes an attempt that ran into its dial timeout for ended', async () => {
    await dial('isp')
    clock.at(121)
    await copyRight(target)
    expect(target.completions()).toBe(1)
  })

  it('is no ledger while a link is connected, and has its end once that is recorded', async () => {
    const { attempt } = await dial('isp')
    await change('isp', { type: 'ReportUp', attempt, proof: 'output' })
    expect(await copy(target)).toMatchObject(E.left({ links: [{ phase: 'connected' }] }))
    expect(target.completions()).toBe(0)
    await settle('isp', attempt)
    await copyRight(target)
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
  })

  it('has the end of a dial that came after both sides were compared', async () => {
    const { attempt } = await dial('isp')
    let reads = 0
    const endsLate: EventStore = {
      ...source,
      readStream: (range) => async () => {
        // The link's own stream is read once the comparison is over: to see whether it is at rest.
        if (range.stream === 'link-isp' && (reads += 1) === 1) await settle('isp', attempt)
        return source.readStream(range)()
      },
    }
    expect(await copied(endsLate, target, { clock })).toMatchObject(E.right({}))
    expect(reads).toBeGreaterThan(0)
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
  })

  it('holds again what somebody releases meanwhile, and gives up when that goes on', async () => {
    await past()
    await copyRight(target, { source: whileSettling(() => releases('isp')) })
    expect(await isRefused('isp')).toContain('held')
    const insisting = {
      ...partsOn(source, clock),
      sleepMs: async () => {
        await changeSite(releaseAll)
      },
    }
    await changeSite(releaseAll)
    const result = await copy(memoryTarget(), { source: insisting })
    expect(result).toMatchObject(E.left({ _tag: 'Released' }))
  })

  it('gives up on a ledger that grows as fast as it is copied', async () => {
    await past()
    const growing: EventStore = {
      ...source,
      readAll: (range) => async () => {
        if (range.after === null) await fails('isp')
        return source.readAll(range)()
      },
    }
    expect(await copied(growing, target, { clock })).toEqual(E.left({ _tag: 'NeverEnds' }))
    expect(target.completions()).toBe(0)
  })

  it('adds nothing to a complete copy that could let both grant', async () => {
    await past()
    await copyRight(target)
    await releases('isp')
    expect(await copy(completeTarget(target))).toMatchObject(
      E.left({ _tag: 'TargetComplete', stream: 'link-isp' }),
    )
    expect(await isRefused('isp', target.store)).toContain('held')
  })

  it('refuses a copy that was released meanwhile', async () => {
    await past()
    await copyRight(target)
    await changeSite(releaseAll, target.store)
    expect(await copy(completeTarget(target))).toMatchObject(
      E.left({ _tag: 'TargetDiffers', stream: 'site-policy' }),
    )
  })

  it('says which stream has lost its start', async () => {
    await past()
    const cut: EventStore = {
      ...source,
      readAll: (range) => async () => {
        const page = await source.readAll(range)()
        if (E.isLeft(page)) return page
        const isLeft = ({ stream, revision }: { stream: string; revision: bigint }) =>
          stream !== 'link-mail' || revision > 2n
        return E.right({ ...page.right, events: page.right.events.filter(isLeft) })
      },
    }
    expect(await copied(cut, target, { clock })).toEqual(
      E.left({ _tag: 'StartGone', stream: 'link-mail', revision: 3n }),
    )
  })

  it('names what is damaged, and copies it as it is', async () => {
    await fails('isp')
    await rightOf(source.append('link-isp', 0n, [sealedEvent(9, { type: 'DialTeleported' })]))
    expect(await copyRight(target)).toMatchObject({ damaged: ['link-isp@1'] })
    expect(await contentsOf(target.store)).toEqual(await contentsOf(source))
  })

  const attemptOf = async (link: string): Promise<string> => {
    const contents = await contentsOf(source)
    const granted = contents.findLast(
      ({ stream, type }) => stream === `link-${link}` && type === 'DialAttempted',
    )
    if (granted === undefined) throw new Error('no grant')
    return granted.id
  }
})

describe('S6: copy both ways; then both ledgers exist', () => {
  it('grants on the one that was released, and on no other', async () => {
    await past()
    clock.at(2000)
    const there = memoryTarget()
    await copyRight(there)
    for (const store of [source, there.store])
      expect(await isRefused('uucp', store)).toEqual(['held'])
    await changeSite(releaseAll, there.store)
    await dial('uucp', there.store)
    for (const link of ['uucp', 'isp', 'new']) expect(await isRefused(link)).toContain('held')

    clock.at(4000)
    const back = memoryTarget()
    const result = await copied(there.store, back, { clock })
    expect(E.isRight(result)).toBe(true)
    for (const store of [source, there.store, back.store]) {
      expect(await isRefused('mail', store)).toEqual(['held'])
    }
    await changeSite(releaseAll, back.store)
    await dial('mail', back.store)
    for (const store of [source, there.store])
      expect(await isRefused('mail', store)).toEqual(['held'])
  })

  it('gives a chain that is the same there and back', async () => {
    await past()
    const there = await sqliteTarget()
    const first = await copyRight(there)
    await there.close()
    const path = join(newFolder(), 'back.db')
    const reopened = memoryTarget()
    const second = await copyRight(reopened)
    const back = await sqliteTarget(path)
    const third = await copied(reopened.store, back, { clock })
    expect(third).toMatchObject(E.right({ digest: first.digest, copied: second.events - 1 }))
    const { store, ledgerId } = await rightOf(openLedger(path))
    expect(ledgerId).toBe(testLedgerId)
    expect(await contentsOf(store)).toEqual(await contentsOf(source))
    await store.close()
  })
})
