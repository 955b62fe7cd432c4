import {
  attemptId,
  given,
  requestDial,
  settleAttempt,
  type Asked,
  type ExpectedEvent,
  type Story,
} from '../support/given-when-then'
import type { DialingCommand, DialingRejection } from '../../domain/dialing'
import type { DenialRule } from '../../domain/events'

/** Every phase that a link can be in; each is told anew for each command. */
const phases = {
  idle: () => given(),
  dialing: () => given().dials('first').starts('first').at(10),
  'dialing, past its dial timeout': () => given().dials('first').starts('first').at(121),
  connected: () => given().dials('first').at(10).goesUp('first').at(100),
  'connected by a script': () =>
    given().dials('first', { supervision: 'oneshot' }).at(10).goesUp('first', 'exit').at(100),
  waiting: () => given().dials('first').at(10).fails('first').at(20),
  held: () => given().holds(),
  exhausted: () =>
    given()
      .policy({ maxOpenRetries: 1, onExhausted: 'hold' })
      .dials('first')
      .fails('first')
      .at(5000),
  unreadable: () => given().dials('first').at(10).fails('first').unreadable().at(5000),
} satisfies Record<string, () => Story>

type Phase = keyof typeof phases

type Outcome =
  | { readonly granted: true }
  | { readonly refused: ReadonlyArray<DenialRule> }
  | { readonly events: ReadonlyArray<ExpectedEvent> }
  | { readonly rejected: DialingRejection['_tag'] }
  | 'nothing happens'

const granted: Outcome = { granted: true }
const refused = (...rules: ReadonlyArray<DenialRule>): Outcome => ({ refused: rules })
const events = (...types: ReadonlyArray<ExpectedEvent>): Outcome => ({ events: types })
const rejected = (tag: DialingRejection['_tag']): Outcome => ({ rejected: tag })
const notOpen = rejected('AttemptNotOpen')
const nothing: Outcome = 'nothing happens'

const check = (asked: Asked, outcome: Outcome): Story => {
  if (outcome === 'nothing happens') return asked.nothingHappens()
  if ('granted' in outcome) return asked.granted()
  if ('refused' in outcome) return asked.refusedOnlyBy(...outcome.refused)
  return 'events' in outcome ? asked.then(...outcome.events) : asked.rejects(outcome.rejected)
}

const attempt = attemptId('first')
const record = (
  fact: (DialingCommand & { type: 'RecordEvidence' })['fact'],
  of: string | null,
): DialingCommand => ({ type: 'RecordEvidence', attempt: of, fact, code: 1 })

type Row = readonly [command: DialingCommand, outcomes: Readonly<Record<Phase, Outcome>>]

const everywhere = (outcome: Outcome): Readonly<Record<Phase, Outcome>> => ({
  idle: outcome,
  dialing: outcome,
  'dialing, past its dial timeout': outcome,
  connected: outcome,
  'connected by a script': outcome,
  waiting: outcome,
  held: outcome,
  exhausted: outcome,
  unreadable: outcome,
})

/** What comes of each command in each phase. */
const table: Readonly<Record<string, Row>> = {
  'a request to dial': [
    requestDial('second'),
    {
      idle: granted,
      dialing: refused('dialing'),
      'dialing, past its dial timeout': refused('open-interval'),
      connected: refused('connected'),
      'connected by a script': refused('connected'),
      waiting: refused('open-interval'),
      held: refused('held'),
      exhausted: refused('exhausted'),
      unreadable: refused('ledger-unreadable'),
    },
  ],
  'the start of its dialer': [
    { type: 'ReportStarted', attempt, pid: 1 },
    {
      ...everywhere(notOpen),
      dialing: nothing,
      'dialing, past its dial timeout': nothing,
      connected: nothing,
      'connected by a script': nothing,
    },
  ],
  'being up': [
    { type: 'ReportUp', attempt, proof: 'output' },
    {
      ...everywhere(notOpen),
      dialing: events({ type: 'AssociationOpened', data: { proof: 'output', supervised: true } }),
      'dialing, past its dial timeout': rejected('AttemptAbandoned'),
      connected: nothing,
      'connected by a script': nothing,
    },
  ],
  'a renewed lease': [
    { type: 'RenewLease', attempt },
    {
      ...everywhere(notOpen),
      dialing: events('LeaseRenewed'),
      'dialing, past its dial timeout': events('LeaseRenewed'),
      connected: events('LeaseRenewed'),
      'connected by a script': events('LeaseRenewed'),
    },
  ],
  'its failure': [
    settleAttempt('first', { code: 16 }),
    {
      ...everywhere(notOpen),
      dialing: events('ConnectionErrorOccurred', 'ConnectionOpenFailed'),
      'dialing, past its dial timeout': events('ConnectionErrorOccurred', 'ConnectionOpenFailed'),
      connected: events({ type: 'AssociationEnded', data: { abnormal: true, window: 'failure' } }),
      'connected by a script': events({ type: 'AssociationEnded', data: { abnormal: true } }),
      waiting: events('ConnectionErrorOccurred'),
      exhausted: events('ConnectionErrorOccurred'),
      unreadable: events('ConnectionErrorOccurred'),
    },
  ],
  'its normal end': [
    settleAttempt('first', { normal: true, code: 0 }),
    {
      ...everywhere(notOpen),
      dialing: events('ConnectionErrorOccurred', 'ConnectionOpenFailed'),
      'dialing, past its dial timeout': events('ConnectionErrorOccurred', 'ConnectionOpenFailed'),
      connected: events({ type: 'AssociationEnded', data: { abnormal: false, window: 'none' } }),
      'connected by a script': events({ type: 'AssociationEnded', data: { abnormal: false } }),
      waiting: nothing,
      exhausted: nothing,
      unreadable: nothing,
    },
  ],
  'that it never started': [
    settleAttempt('first', { started: false }),
    {
      ...everywhere(notOpen),
      dialing: events({ type: 'DialNotStarted', data: { counts: true } }),
      'dialing, past its dial timeout': events('DialNotStarted'),
      connected: events({ type: 'AssociationEnded', data: { abnormal: true } }),
      'connected by a script': events({ type: 'AssociationEnded', data: { abnormal: true } }),
      waiting: nothing,
      exhausted: nothing,
      unreadable: nothing,
    },
  ],
  'evidence without attempt': [
    record('ras-error', null),
    {
      ...everywhere(events({ type: 'RasErrorOccurred', data: { episode: null } })),
      waiting: events({ type: 'RasErrorOccurred', data: { episode: attempt } }),
    },
  ],
  'an observed dial': [record('dial', null), everywhere(events('DialObserved'))],
  'a link up without attempt': [record('up', null), everywhere(events('AssociationOpened'))],
  'a link down without attempt': [
    record('down', null),
    everywhere(events({ type: 'AssociationEnded', data: { abnormal: false, window: 'none' } })),
  ],
  "a hook's up": [
    record('up', attempt),
    {
      ...everywhere(notOpen),
      dialing: events({ type: 'AssociationOpened', data: { proof: 'record' } }),
      'dialing, past its dial timeout': rejected('AttemptAbandoned'),
      connected: nothing,
      'connected by a script': nothing,
    },
  ],
  "a hook's normal down": [
    record('down', attempt),
    {
      ...everywhere(notOpen),
      dialing: rejected('AttemptSupervised'),
      'dialing, past its dial timeout': rejected('AttemptSupervised'),
      connected: rejected('AttemptSupervised'),
      'connected by a script': events({ type: 'AssociationEnded', data: { abnormal: false } }),
      waiting: nothing,
      exhausted: nothing,
      unreadable: nothing,
    },
  ],
  "a hook's abnormal down": [
    record('down-abnormal', attempt),
    {
      ...everywhere(notOpen),
      dialing: events('ConnectionErrorOccurred'),
      'dialing, past its dial timeout': events('ConnectionErrorOccurred'),
      connected: events('ConnectionErrorOccurred'),
      'connected by a script': events({ type: 'AssociationEnded', data: { abnormal: true } }),
      waiting: events('ConnectionErrorOccurred'),
      exhausted: events('ConnectionErrorOccurred'),
      unreadable: events('ConnectionErrorOccurred'),
    },
  ],
  'a waiver': [
    { type: 'WaiveWindow', windowId: null, reason: 'repaired' },
    {
      ...everywhere(rejected('NoOpenWindow')),
      waiting: events({ type: 'WindowWaived', data: { windowId: attempt } }),
      unreadable: rejected('LinkUnreadable'),
    },
  ],
  'a waiver of another window': [
    { type: 'WaiveWindow', windowId: 'elsewhere', reason: 'repaired' },
    { ...everywhere(rejected('WindowNotOpen')), unreadable: rejected('LinkUnreadable') },
  ],
  'a hold': [{ type: 'HoldLink', reason: 'unpaid bill' }, everywhere(events('LinkHeld'))],
  'a release': [
    { type: 'ReleaseLink', reason: 'paid', past: null },
    {
      ...everywhere(events('LinkReleased')),
      connected: events('AssociationEnded', 'LinkReleased'),
      'connected by a script': events('AssociationEnded', 'LinkReleased'),
    },
  ],
  'a policy': [
    { type: 'ChangePolicy', set: { openIntervalSec: 60 }, unset: ['limits'], reason: 'slow' },
    everywhere(
      events({
        type: 'RetryPolicyChanged',
        data: { set: { openIntervalSec: 60 }, unset: ['limits'], reason: 'slow' },
      }),
    ),
  ],
}

describe.each(Object.entries(table))('%s', (_, [command, outcomes]) => {
  it.each(Object.entries(outcomes))('on a link that is %s', (phase, outcome) => {
    const story = Object.entries(phases).find(([name]) => name === phase)?.[1]()
    if (story === undefined) throw new Error(`no phase ${phase}`)
    check(story.restart().when(command), outcome).restart()
  })
})

describe('a grant', () => {
  it('stores what it was decided on', () => {
    given()
      .sitePolicy({ dialTimeoutSec: 8, leaseSec: 60 })
      .policy({ openIntervalSec: 30 })
      .dials('first')
      .fails('first')
      .at(40)
      .dial('second')
      .then({
        type: 'DialAttempted',
        attempt: attemptId('second'),
        data: {
          supervision: 'supervised',
          dialTimeoutSec: 8,
          startWithinSec: 2,
          leaseSec: 60,
          startByCs: 360_000 + 4000 + 200,
          basis: {
            policy: { site: '0', link: '0' },
            windowId: attempt,
            requiredSec: 30,
            consecutiveFailures: 1,
            jitterSec: 0,
            waived: false,
            probe: false,
          },
        },
      })
  })

  it('says that it was waived', () => {
    given()
      .records('ras-error')
      .waive()
      .then('WindowWaived')
      .dial('second')
      .then({ type: 'DialAttempted', data: { basis: { waived: true } } })
  })

  it('says that it is a probe', () => {
    given()
      .policy({ maxOpenRetries: 1 })
      .records('ras-error')
      .at(601)
      .dial('second')
      .then({ type: 'DialAttempted', data: { basis: { probe: true } } })
  })
})

describe('a waiver (R12)', () => {
  it('overrides neither a limit nor a hold', () => {
    given()
      .policy({ limits: [{ max: 1, perSec: 1000 }] })
      .dials('first')
      .fails('first')
      .at(1)
      .waive()
      .accepted()
      .dial('second')
      .refusedOnlyBy('limit')
      .holds()
      .dial('second')
      .refusedOnlyBy('held', 'limit')
  })

  it('dies when a new episode begins', () => {
    given()
      .records('ras-error')
      .waive()
      .accepted()
      .at(130)
      .records('open-failed')
      .dial()
      .refusedOnlyBy('open-interval', 'open-interval')
  })

  it('outlives a dial that never started', () => {
    given()
      .records('ras-error')
      .waive()
      .accepted()
      .dials('first')
      .neverStarts('first')
      .dial()
      .refusedOnlyBy('not-started')
      .at(16)
      .dial()
      .granted()
  })
})

describe('limits (R9)', () => {
  it('allow so many dials in so many seconds, and name what denies', () => {
    const story = given().policy({ openIntervalSec: 1, limits: [{ max: 3, perSec: 100 }] })
    for (const name of ['1', '2', '3']) story.dials(name).fails(name).later(2)
    story
      .dial('4')
      .refusedOnlyBy('limit')
      .at(100)
      .restart()
      .dial('4')
      .refused('limit')
      .at(100.01)
      .dial('4')
      .granted()
  })

  it('do not count a dial that never started', () => {
    given()
      .policy({ limits: [{ max: 1, perSec: 100 }] })
      .dials('first')
      .neverStarts('first')
      .at(16)
      .dials('second')
  })

  it('count a dial that never started once evidence says that it did (R8)', () => {
    given()
      .policy({ openIntervalSec: 1, limits: [{ max: 1, perSec: 100 }] })
      .dials('first')
      .neverStarts('first')
      .at(10)
      .records('open-failed', { attempt: 'first' })
      .at(20)
      .records('ras-error', { attempt: 'first' })
      .at(30)
      .dial('second')
      .refusedOnlyBy('limit')
      .restart()
      .at(100)
      .dial('second')
      .refusedOnlyBy('limit')
      .at(110.02)
      .dials('second')
  })
})

describe('exempt failures', () => {
  it.each(['ConnectionErrorOccurred', 'exit:pppd', 'exit:pppd:16'])(
    'open no window when the policy names %s',
    (name) => {
      given()
        .policy({ exempt: [name, 'ConnectionOpenFailed'] })
        .dials('first')
        .fails('first', { origin: 'exit:pppd', code: 16 })
        .at(1)
        .dials('second')
    },
  )

  it('make a failure of a dial that never started, whose own window is not exempt (R8)', () => {
    given()
      .policy({ openIntervalSec: 60, exempt: ['RasErrorOccurred'] })
      .dials('first')
      .neverStarts('first')
      .at(1)
      .records('ras-error', { attempt: 'first' })
      .at(20)
      .dial('second')
      .refusedOnlyBy('open-interval')
      .restart()
      .at(60.02)
      .dials('second')
  })

  it('count all the same when the policy exempts them only later', () => {
    given()
      .dials('first')
      .fails('first', { origin: 'exit:pppd', code: 16 })
      .policy({ exempt: ['exit:pppd'] })
      .dial('second')
      .refusedOnlyBy('open-interval')
  })
})

describe('intervals by consecutive failure (R11)', () => {
  it('grow with each failure, and the last repeats', () => {
    const story = given().policy({ intervalsSec: [10, 20, 40] })
    for (const [name, sec] of [
      ['1', 10],
      ['2', 20],
      ['3', 40],
      ['4', 40],
    ] as const) {
      story.dials(name).fails(name).later(sec).dial('early').refusedOnlyBy('open-interval')
      story.later(0.01)
    }
    story.restart().dial('last').granted()
  })

  it('are not shortened for a window whose link was released meanwhile', () => {
    const story = given()
      .policy({ intervalsSec: [10, 500] })
      .records('ras-error')
      .at(200)
    story
      .records('ras-error')
      .at(210)
      .release()
      .accepted()
      .at(220)
      .records('open-failed')
      .at(650)
      .dial()
      .refusedOnlyBy('open-interval')
  })
})

describe('a normal end with waitAfterNormalEnd (R6)', () => {
  it('opens a window that counts as no failure', () => {
    given()
      .policy({ waitAfterNormalEnd: true })
      .dials('first')
      .goesUp('first')
      .at(70)
      .ends('first')
      .dial('second')
      .refusedOnlyBy('normal-end')
      .shows({ consecutiveFailures: 0, phase: 'waiting' })
      .at(670.01)
      .dial('second')
      .granted()
  })
})
