import * as E from 'fp-ts/Either'
import type {
  DialingCommand,
  DialingDecision,
  DialingRejection,
  RecordedFact,
} from '../../domain/dialing'
import { evolveDialing } from '../../domain/dialing-evolve'
import { initialDialing } from '../../domain/dialing-state'
import type { Refusal } from '../../domain/dial-denials'
import type { DenialRule, LedgerEvent, Metadata } from '../../domain/events'
import { statusOf, type LinkStatus } from '../../domain/link-status'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import { evolveSitePolicy, initialSitePolicy } from '../../domain/policy-timeline'
import { uuidOf } from './event-builders'
import {
  appendEvent,
  appendToSite,
  appendUnreadable,
  contextOf,
  hostOf,
  linkOf,
  newWorld,
  perform,
  readingOf,
  type Asking,
  type Host,
  type World,
  type WorldLink,
} from './ledger-world'
import { readBack } from './read-back'

/** What a test expects of an event: its type, or its type and some of its data. */
export type ExpectedEvent =
  | LedgerEvent['type']
  | { readonly type: LedgerEvent['type']; readonly attempt?: string; readonly data?: object }

type RequestDial = DialingCommand & { readonly type: 'RequestDial' }
type Settlement = DialingCommand & { readonly type: 'SettleAttempt' }
type Proof = 'output' | 'exit' | 'alive' | 'record'

/** A command was decided and what follows appended; each of these checks it and goes on. */
export type Asked = {
  readonly granted: () => Story
  /** Refused; these rules are among those that deny. */
  readonly refused: (...rules: ReadonlyArray<DenialRule>) => Story
  readonly refusedOnlyBy: (...rules: ReadonlyArray<DenialRule>) => Story
  readonly then: (...events: ReadonlyArray<ExpectedEvent>) => Story
  readonly rejects: (rejection: DialingRejection['_tag']) => Story
  readonly nothingHappens: () => Story
  /** Something was appended, whatever it is. */
  readonly accepted: () => Story
  /** The last event that was appended is of this type. */
  readonly settledBy: (type: LedgerEvent['type']) => Story
  readonly refusal: () => Refusal | null
}

/** What happens to one link, told in order. Seconds are true time from the start. */
export type Story = {
  readonly at: (sec: number) => Story
  readonly later: (sec: number) => Story
  /** From here on this host acts; a new name is a new host. */
  readonly on: (host: string, clock?: Partial<Host>) => Story
  readonly link: (name: string) => Story
  readonly rebooted: (name?: string) => Story
  readonly wallSteps: (sec: number) => Story
  readonly policy: (set: PolicyFields, unset?: ReadonlyArray<keyof RetryPolicy>) => Story
  readonly sitePolicy: (set: PolicyFields | null) => Story
  readonly siteHas: (event: LedgerEvent) => Story
  readonly has: (event: LedgerEvent, metadata?: Partial<Metadata>) => Story
  readonly imports: (event: LedgerEvent, statedSec: number) => Story
  readonly unreadable: () => Story
  /** The first events of the stream are gone, as after a truncation; memory is rebuilt. */
  readonly losesStart: (count: number) => Story
  readonly when: (command: DialingCommand, occurredSec?: number) => Asked
  readonly dial: (attempt?: string, overrides?: Partial<RequestDial>) => Asked
  readonly dials: (attempt?: string, overrides?: Partial<RequestDial>) => Story
  readonly starts: (attempt: string) => Story
  readonly goesUp: (attempt: string, proof?: Proof) => Story
  readonly fails: (attempt: string, overrides?: Partial<Settlement>) => Story
  readonly ends: (attempt: string, overrides?: Partial<Settlement>) => Story
  readonly neverStarts: (attempt: string, overrides?: Partial<Settlement>) => Story
  readonly settle: (attempt: string, overrides?: Partial<Settlement>) => Asked
  readonly record: (fact: RecordedFact['fact'], of?: RecordOf) => Asked
  readonly records: (fact: RecordedFact['fact'], of?: RecordOf) => Story
  readonly waive: (attempt?: string) => Asked
  readonly release: (past?: bigint) => Asked
  readonly holds: () => Story
  /** Memory is gone: the state is rebuilt from what the store has, and must be the same. */
  readonly restart: () => Story
  readonly shows: (status: Partial<LinkStatus>) => Story
  readonly status: () => LinkStatus
  readonly events: () => ReadonlyArray<LedgerEvent['type'] | 'Unreadable'>
  readonly world: World
}

type RecordOf = { readonly attempt?: string; readonly code?: number }

/** The id of the attempt that a test calls by a name. */
export const attemptId = (name: string): string =>
  uuidOf([...name].reduce((sum, letter) => (sum * 257 + letter.charCodeAt(0)) % 1e12, 7) + 1e12)

/** The request that a supervisor makes; fields can be overridden. */
export const requestDial = (
  attempt: string,
  overrides: Partial<RequestDial> = {},
): RequestDial => ({
  type: 'RequestDial',
  attempt: attemptId(attempt),
  supervision: 'supervised',
  dialer: 'generic',
  redialsItself: false,
  owner: null,
  judgement: null,
  lockHeld: false,
  ...overrides,
})

/** The settlement that a supervisor reports: a failure of a started dialer, unless overridden. */
export const settleAttempt = (
  attempt: string,
  overrides: Partial<Settlement> = {},
): Settlement => ({
  type: 'SettleAttempt',
  attempt: attemptId(attempt),
  started: true,
  normal: false,
  reason: 'exited',
  origin: 'exit:generic',
  code: 1,
  ...overrides,
})

type Teller = { readonly world: World; asking: { link: string; host: string } }

/** Begins a story at true time 0: host `a`, link `isp`, an empty ledger, the default policy. */
export const given = (): Story => {
  const teller: Teller = { world: newWorld(), asking: { link: 'isp', host: 'a' } }
  hostOf(teller.world, 'a')
  const story: Story = {
    ...settings(teller, () => story),
    ...commands(teller, () => story),
    ...checks(teller, () => story),
    world: teller.world,
  }
  return story
}

type Settings =
  | 'at'
  | 'later'
  | 'on'
  | 'link'
  | 'rebooted'
  | 'wallSteps'
  | 'policy'
  | 'sitePolicy'
  | 'siteHas'
  | 'has'
  | 'imports'
  | 'unreadable'
  | 'losesStart'

const settings = (teller: Teller, story: () => Story): Pick<Story, Settings> => {
  const { world } = teller
  const go = (act: () => unknown): Story => {
    act()
    return story()
  }
  const host = () => hostOf(world, teller.asking.host)
  const append = (event: LedgerEvent, metadata: Partial<Metadata> = {}) =>
    go(() => appendEvent(world, teller.asking, { event, metadata }))
  return {
    at: (sec) => go(() => setTime(world, Math.round(sec * 100))),
    later: (sec) => go(() => setTime(world, world.nowCs + Math.round(sec * 100))),
    on: (name, clock = {}) =>
      go(() => {
        teller.asking = { ...teller.asking, host: name }
        Object.assign(host(), clock)
      }),
    link: (name) => go(() => (teller.asking = { ...teller.asking, link: name })),
    rebooted: (name = teller.asking.host) =>
      go(() => {
        const booted = hostOf(world, name)
        booted.bootId = `${booted.bootId}'`
        booted.bootedAtCs = world.nowCs
      }),
    wallSteps: (sec) => go(() => (host().wallOffsetMs += sec * 1000)),
    policy: (set, unset = []) => append(policyChanged(set, unset)),
    sitePolicy: (set) =>
      go(() =>
        appendToSite(world, teller.asking.host, set === null ? null : policyChanged(set, [])),
      ),
    siteHas: (event) => go(() => appendToSite(world, teller.asking.host, event)),
    has: append,
    imports: (event, statedSec) => {
      const stated = readingOf(world, teller.asking.host, statedSec * 100).wall
      return append(event, { stated, source: anImport })
    },
    unreadable: () => go(() => appendUnreadable(world, teller.asking.link)),
    losesStart: (count) => go(() => forgetStart(linkOf(world, teller.asking.link), count)),
  }
}

const forgetStart = (link: WorldLink, count: number): void => {
  link.state = link.items.slice(count).reduce(evolveDialing, initialDialing)
}

/** Time only goes forward, as it does. */
const setTime = (world: World, cs: number): void => {
  if (cs < world.nowCs) throw new Error(`time goes back from ${world.nowCs} to ${cs} cs`)
  world.nowCs = cs
}

const policyChanged = (
  set: PolicyFields,
  unset: ReadonlyArray<keyof RetryPolicy>,
): LedgerEvent => ({
  type: 'RetryPolicyChanged',
  data: { set, unset, reason: 'test', effectiveFrom: null },
})

const anImport: Metadata['source'] = {
  kind: 'import',
  logId: 'mail1-application',
  fileHash: 'f'.repeat(64),
  record: 1,
  offset: null,
  computer: 'MAIL1',
}

type Commands =
  | 'when'
  | 'dial'
  | 'dials'
  | 'starts'
  | 'goesUp'
  | 'fails'
  | 'ends'
  | 'neverStarts'
  | 'settle'
  | 'record'
  | 'records'
  | 'waive'
  | 'release'
  | 'holds'

const commands = (teller: Teller, story: () => Story): Pick<Story, Commands> => {
  const when = (command: DialingCommand, occurredSec?: number): Asked => {
    const { world } = teller
    const asking: Asking =
      occurredSec === undefined
        ? teller.asking
        : { ...teller.asking, occurred: readingOf(world, teller.asking.host, occurredSec * 100) }
    return askedOf(perform(world, asking, command), story)
  }
  const dial: Story['dial'] = (attempt = 'another', overrides = {}) =>
    when(requestDial(attempt, overrides))
  const record: Story['record'] = (fact, { attempt, code = 629 } = {}) =>
    when({
      type: 'RecordEvidence',
      attempt: attempt === undefined ? null : attemptId(attempt),
      fact,
      code,
    })
  const settle: Story['settle'] = (attempt, overrides) => when(settleAttempt(attempt, overrides))
  const settled = (attempt: string, event: LedgerEvent['type'], overrides: Partial<Settlement>) =>
    settle(attempt, overrides).settledBy(event)
  return {
    when,
    dial,
    settle,
    record,
    dials: (attempt, overrides) => dial(attempt, overrides).granted(),
    starts: (attempt) =>
      when({ type: 'ReportStarted', attempt: attemptId(attempt), pid: 4711 }).then('DialStarted'),
    goesUp: (attempt, proof = 'output') =>
      when({ type: 'ReportUp', attempt: attemptId(attempt), proof }).then('AssociationOpened'),
    fails: (attempt, overrides = {}) => settled(attempt, 'ConnectionOpenFailed', overrides),
    ends: (attempt, overrides = {}) =>
      settled(attempt, 'AssociationEnded', { normal: true, code: 0, ...overrides }),
    neverStarts: (attempt, overrides = {}) =>
      settled(attempt, 'DialNotStarted', { started: false, ...overrides }),
    records: (fact, of) => record(fact, of).accepted(),
    waive: (attempt) =>
      when({
        type: 'WaiveWindow',
        windowId: attempt === undefined ? null : attemptId(attempt),
        reason: 'the line was repaired',
      }),
    release: (past) => when({ type: 'ReleaseLink', reason: 'checked', past: past ?? null }),
    holds: () => when({ type: 'HoldLink', reason: 'unpaid bill' }).then('LinkHeld'),
  }
}

/** What a decision came to, ready to be checked. */
const askedOf = (
  result: E.Either<DialingRejection, DialingDecision>,
  story: () => Story,
): Asked => {
  const decision = () => {
    if (E.isLeft(result)) throw new Error(`rejected: ${result.left._tag}`)
    return result.right
  }
  const types = () => decision().events.map((event) => event.type)
  const rules = () => decision().refusal?.deniedBy.map((denial) => denial.rule) ?? []
  const check = (assert: () => void): Story => {
    assert()
    return story()
  }
  return {
    granted: () =>
      check(() => {
        expect(decision().refusal).toBeNull()
        expect(types().at(-1)).toBe('DialAttempted')
      }),
    refused: (...wanted) =>
      check(() => {
        expect(rules()).toEqual(expect.arrayContaining([...wanted]))
        expect(decision().refusal).not.toBeNull()
        expect(types()).not.toContain('DialAttempted')
      }),
    refusedOnlyBy: (...wanted) => check(() => expect(rules()).toEqual(wanted)),
    accepted: () => check(() => expect(types()).not.toEqual([])),
    settledBy: (type) => check(() => expect(types().at(-1)).toBe(type)),
    then: (...events) =>
      check(() => {
        const expected = events.map((event) =>
          typeof event === 'string' ? { type: event } : event,
        )
        expect(types()).toEqual(expected.map(({ type }) => type))
        expect(decision().events).toMatchObject(expected)
      }),
    rejects: (tag) =>
      check(() => expect(result).toMatchObject({ _tag: 'Left', left: { _tag: tag } })),
    nothingHappens: () =>
      check(() => {
        expect(types()).toEqual([])
        expect(decision().refusal).toBeNull()
      }),
    refusal: () => decision().refusal,
  }
}

const checks = (
  teller: Teller,
  story: () => Story,
): Pick<Story, 'restart' | 'shows' | 'status' | 'events'> => {
  const { world } = teller
  const status = () =>
    statusOf(contextOf(world, teller.asking), linkOf(world, teller.asking.link).state)
  return {
    restart: () => {
      for (const link of world.links.values()) {
        const rebuilt = readBack(link.items).reduce(evolveDialing, initialDialing)
        expect(rebuilt).toEqual(link.state)
        link.state = rebuilt
      }
      world.site = readBack(world.siteItems).reduce(evolveSitePolicy, initialSitePolicy)
      return story()
    },
    status,
    shows: (expected) => {
      expect(status()).toMatchObject(expected)
      return story()
    },
    events: () => linkOf(world, teller.asking.link).items.map((item) => item.type),
  }
}
