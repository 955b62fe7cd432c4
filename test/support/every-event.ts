import type { LedgerEvent } from '../../domain/events'
import { defaultPolicy } from '../../domain/policy'
import { aGrant } from './event-builders'

type EventOf<T extends LedgerEvent['type']> = Extract<LedgerEvent, { type: T }>

const time = '2026-01-01T00:00:00.000Z'

/** One event of each type, every field of it filled; a new type does not compile until it is here. */
export const everyEvent: { readonly [T in LedgerEvent['type']]: EventOf<T> } = {
  LedgerCreated: { type: 'LedgerCreated', data: { ledgerId: 'l' } },
  RetryPolicyChanged: {
    type: 'RetryPolicyChanged',
    data: {
      set: {
        ...defaultPolicy,
        limits: [{ max: 10, perSec: 3600 }],
        leaseSec: 60,
        exempt: ['exit:pppd:16'],
      },
      unset: ['jitterMaxSec'],
      reason: 'r',
      effectiveFrom: time,
    },
  },
  DialAttempted: aGrant({
    owner: { pid: 1, startTicks: 2, pidNamespace: 'n' },
    basis: {
      ...aGrant().data.basis,
      policy: { site: '0', link: '12' },
      windowId: 'w',
      requiredSec: 1.5,
    },
  }),
  DialStarted: { type: 'DialStarted', data: { pid: 7 } },
  DialObserved: { type: 'DialObserved', data: { by: 'phone bill', endedAt: time } },
  DialRefused: {
    type: 'DialRefused',
    data: {
      deniedBy: [
        { rule: 'open-interval', notBefore: time },
        { rule: 'held', notBefore: null },
      ],
      retryAfterSec: 9,
    },
  },
  DialNotStarted: {
    type: 'DialNotStarted',
    data: { origin: 'exec', code: 127, reason: 'not found', counts: true },
  },
  RasErrorOccurred: {
    type: 'RasErrorOccurred',
    data: { origin: 'mta:9311', code: 629, episode: null, candidates: ['a', 'b'] },
  },
  ConnectionErrorOccurred: {
    type: 'ConnectionErrorOccurred',
    data: { origin: 'mta:1028', code: null, episode: 'w' },
  },
  AssociationOpened: { type: 'AssociationOpened', data: { proof: 'output', supervised: true } },
  AssociationEnded: {
    type: 'AssociationEnded',
    data: {
      origin: 'exit:pppd',
      code: 16,
      abnormal: true,
      reason: 'hangup',
      upCs: 100,
      resets: false,
      short: true,
      window: 'failure',
    },
  },
  ConnectionOpenFailed: { type: 'ConnectionOpenFailed', data: { origin: 'mta:289', code: -1 } },
  RetryDelayStarted: { type: 'RetryDelayStarted', data: { seconds: 600, candidates: ['isp'] } },
  DialAbandoned: { type: 'DialAbandoned', data: {} },
  LeaseRenewed: { type: 'LeaseRenewed', data: {} },
  WindowWaived: { type: 'WindowWaived', data: { windowId: 'w', reason: 'r' } },
  LinkHeld: { type: 'LinkHeld', data: { reason: 'r' } },
  LinkReleased: { type: 'LinkReleased', data: { reason: 'r', past: '41' } },
  SourceRead: {
    type: 'SourceRead',
    data: {
      fileHash: 'h',
      file: 'f',
      format: 'text',
      from: time,
      to: time,
      records: 2,
      recordNumbers: [[1, 2]],
      gaps: [[2, 4]],
      resolutionSec: 1,
      zone: '+01:00',
      dateOrder: 'mdy',
      link: 'isp',
      order: 'newest-first',
    },
  },
  ClockStepObserved: {
    type: 'ClockStepObserved',
    data: { record: 3, from: time, to: time, stepSec: -3600 },
  },
}
