import type {
  Denial,
  Evidence,
  GrantBasis,
  LedgerEvent,
  OwnerProcess,
  SourceReadData,
  Unattempted,
} from '../../../domain/events'
import { defaultPolicy, type PolicyFields, type RetryPolicy } from '../../../domain/policy'
import {
  finite,
  flag,
  listOf,
  moment,
  nullable,
  oneOf,
  optional,
  pairOf,
  record,
  revisionText,
  text,
  whole,
  type FieldShapes,
  type Shape,
} from './shape'

type EventType = LedgerEvent['type']
type DataOf<T extends EventType> = Extract<LedgerEvent, { type: T }>['data']

const ownerProcess = record<OwnerProcess>({ pid: whole, startTicks: whole, pidNamespace: text })

const grantBasis = record<GrantBasis>({
  policy: record<GrantBasis['policy']>({
    site: nullable(revisionText),
    link: nullable(revisionText),
  }),
  windowId: nullable(text),
  requiredSec: finite,
  consecutiveFailures: whole,
  jitterSec: finite,
  waived: flag,
  probe: flag,
})

const policyShapes: FieldShapes<RetryPolicy> = {
  openIntervalSec: finite,
  intervalsSec: listOf(finite),
  maxOpenRetries: whole,
  onExhausted: oneOf('probe', 'hold'),
  probeIntervalSec: finite,
  dialTimeoutSec: finite,
  minUpTimeSec: finite,
  shortSessionsMax: whole,
  waitAfterNormalEnd: flag,
  notStartedWaitSec: finite,
  limits: listOf(record<RetryPolicy['limits'][number]>({ max: whole, perSec: finite })),
  jitterMaxSec: finite,
  wallClock: oneOf('untrusted', 'trusted'),
  clockSkewSec: finite,
  leaseSec: nullable(finite),
  exempt: listOf(text),
}

const policyFieldNames = Object.keys(defaultPolicy) as ReadonlyArray<keyof RetryPolicy>

const policyFields = record<PolicyFields>({
  openIntervalSec: optional(policyShapes.openIntervalSec),
  intervalsSec: optional(policyShapes.intervalsSec),
  maxOpenRetries: optional(policyShapes.maxOpenRetries),
  onExhausted: optional(policyShapes.onExhausted),
  probeIntervalSec: optional(policyShapes.probeIntervalSec),
  dialTimeoutSec: optional(policyShapes.dialTimeoutSec),
  minUpTimeSec: optional(policyShapes.minUpTimeSec),
  shortSessionsMax: optional(policyShapes.shortSessionsMax),
  waitAfterNormalEnd: optional(policyShapes.waitAfterNormalEnd),
  notStartedWaitSec: optional(policyShapes.notStartedWaitSec),
  limits: optional(policyShapes.limits),
  jitterMaxSec: optional(policyShapes.jitterMaxSec),
  wallClock: optional(policyShapes.wallClock),
  clockSkewSec: optional(policyShapes.clockSkewSec),
  leaseSec: optional(policyShapes.leaseSec),
  exempt: optional(policyShapes.exempt),
})

const denialRule = oneOf<Denial['rule']>(
  'ledger-unreadable',
  'held',
  'exhausted',
  'connected',
  'dialing',
  'lock-held',
  'dialer-still-running',
  'open-interval',
  'short-sessions',
  'normal-end',
  'not-started',
  'released-past',
  'site-released',
  'probe-interval',
  'limit',
)

const unattempted: FieldShapes<Evidence & Unattempted> = {
  origin: text,
  code: nullable(whole),
  episode: optional(nullable(text)),
  candidates: optional(listOf(text)),
}

const evidence = record<Evidence & Unattempted>(unattempted)
const nothing = record<Record<string, never>>({})

const sourceRead = record<SourceReadData>({
  fileHash: text,
  file: text,
  format: text,
  from: nullable(moment),
  to: nullable(moment),
  records: whole,
  recordNumbers: listOf(pairOf(whole)),
  gaps: listOf(pairOf(whole)),
  resolutionSec: finite,
  zone: text,
  dateOrder: nullable(oneOf('dmy', 'mdy', 'ymd')),
  link: nullable(text),
  order: oneOf('oldest-first', 'newest-first', 'unknown'),
})

/** The shape of every event's data. */
export const eventShapes: { readonly [T in EventType]: Shape<DataOf<T>> } = {
  LedgerCreated: record({ ledgerId: text }),
  RetryPolicyChanged: record<DataOf<'RetryPolicyChanged'>>({
    set: policyFields,
    unset: listOf(oneOf(...policyFieldNames)),
    reason: text,
    effectiveFrom: nullable(moment),
  }),
  DialAttempted: record<DataOf<'DialAttempted'>>({
    supervision: oneOf('supervised', 'oneshot', 'grant'),
    dialer: text,
    dialTimeoutSec: finite,
    startWithinSec: finite,
    startByCs: finite,
    leaseSec: nullable(finite),
    redialsItself: flag,
    owner: nullable(ownerProcess),
    supervisor: nullable(ownerProcess),
    session: nullable(ownerProcess),
    basis: grantBasis,
  }),
  DialStarted: record<DataOf<'DialStarted'>>({ pid: nullable(whole) }),
  DialObserved: record<DataOf<'DialObserved'>>({ by: text, endedAt: nullable(moment) }),
  DialRefused: record<DataOf<'DialRefused'>>({
    deniedBy: listOf(record<Denial>({ rule: denialRule, notBefore: nullable(moment) })),
    retryAfterSec: nullable(finite),
  }),
  DialNotStarted: record<DataOf<'DialNotStarted'>>({ ...unattempted, reason: text, counts: flag }),
  RasErrorOccurred: evidence,
  ConnectionErrorOccurred: evidence,
  AssociationOpened: record<DataOf<'AssociationOpened'>>({
    proof: oneOf('output', 'exit', 'alive', 'record'),
    supervised: flag,
  }),
  AssociationEnded: record<DataOf<'AssociationEnded'>>({
    ...unattempted,
    abnormal: flag,
    reason: text,
    upCs: nullable(finite),
    resets: flag,
    short: flag,
    window: oneOf('failure', 'short-sessions', 'normal-end', 'none'),
  }),
  ConnectionOpenFailed: evidence,
  RetryDelayStarted: record<DataOf<'RetryDelayStarted'>>({
    seconds: nullable(finite),
    candidates: optional(listOf(text)),
  }),
  DialAbandoned: nothing,
  LeaseRenewed: nothing,
  WindowWaived: record<DataOf<'WindowWaived'>>({ windowId: text, reason: text }),
  LinkHeld: record<DataOf<'LinkHeld'>>({ reason: text }),
  LinkReleased: record<DataOf<'LinkReleased'>>({ reason: text, past: nullable(revisionText) }),
  SourceRead: sourceRead,
  ClockStepObserved: record<DataOf<'ClockStepObserved'>>({
    record: nullable(whole),
    from: moment,
    to: moment,
    stepSec: finite,
  }),
}

/** The types of events that this version can read, sorted. */
export const eventTypes: ReadonlyArray<string> = Object.keys(eventShapes).toSorted()
