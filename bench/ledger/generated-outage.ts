import { createHash } from 'node:crypto'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { DialAttempted, LedgerEvent } from '../../domain/events'
import { isoOfMs, type ClockReading } from '../../domain/time'
import type { UnsealedEvent } from '../../src/adapters/codec'

/** Which outage of which link; both count from 0. */
export type OutagePlace = { readonly link: number; readonly outage: number }

/** Events that one append stores together. */
export type GeneratedAppend = NonEmptyArray<UnsealedEvent>

const epochMs = Date.UTC(2020, 0, 1)
const outageSec = 1800
/** Ten days: a gateway that is restarted now and then. */
const outagesPerBoot = 480
const waitSec = 640

/**
 * The appends of one outage: dials that fail and a refusal after each, now and then one that never
 * started, then a session that ends well. So a link may be dialed again after each.
 */
export const generatedOutage = (place: OutagePlace): ReadonlyArray<GeneratedAppend> => {
  const failures = (place.link + place.outage) % 3
  const isSlow = (place.link + place.outage) % 10 === 0
  const failed = Array.from({ length: failures }, (_, index) =>
    failedDial({ place, dial: index, atSec: index * waitSec }),
  )
  const late = { place, dial: failures, atSec: failures * waitSec }
  const tried = isSlow ? dialNotStarted(late) : []
  return [
    ...failed.flat(),
    ...tried,
    ...session({ ...late, dial: failures + 1, atSec: late.atSec + 20 }),
  ]
}

type Dial = { readonly place: OutagePlace; readonly dial: number; readonly atSec: number }

const failedDial = (dial: Dial): ReadonlyArray<GeneratedAppend> => [
  [grant(dial)],
  [event(dial, 1, { type: 'DialStarted', data: { pid: pidOf(dial) } })],
  [event(dial, 25, { type: 'RasErrorOccurred', data: { origin: 'ras:20227', code: 629 } })],
  [event(dial, 26, { type: 'ConnectionOpenFailed', data: { origin: 'exit:pppd', code: 8 } })],
  [refusal(dial, 60)],
]

const dialNotStarted = (dial: Dial): ReadonlyArray<GeneratedAppend> => [
  [grant(dial)],
  [
    event(dial, 1, {
      type: 'DialNotStarted',
      data: { origin: 'exit:pppd', code: 6, reason: 'exit 6', counts: true },
    }),
  ],
]

const session = (dial: Dial): ReadonlyArray<GeneratedAppend> => [
  [grant(dial)],
  [event(dial, 1, { type: 'DialStarted', data: { pid: pidOf(dial) } })],
  [event(dial, 20, { type: 'AssociationOpened', data: { proof: 'output', supervised: true } })],
  [
    event(dial, 320, {
      type: 'AssociationEnded',
      data: {
        origin: 'exit:pppd',
        code: 0,
        abnormal: false,
        reason: 'exit 0',
        upCs: 29_999,
        resets: true,
        short: false,
        window: 'none',
      },
    }),
  ],
]

const grant = (dial: Dial): UnsealedEvent => {
  const pid = pidOf(dial)
  const uptimeCs = readingAt(dial, 0).uptimeCs
  const of = (offset: number) => ({
    pid: pid + offset,
    startTicks: uptimeCs - 5 + offset,
    pidNamespace: 'pid:[4026531836]',
  })
  const data: DialAttempted['data'] = {
    supervision: 'supervised',
    dialer: 'pppd',
    dialTimeoutSec: 120,
    startWithinSec: 5,
    startByCs: uptimeCs + 500,
    leaseSec: null,
    redialsItself: false,
    owner: null,
    supervisor: of(0),
    session: of(1),
    basis: {
      policy: { site: null, link: null },
      windowId: dial.dial === 0 ? null : idOf({ ...dial, dial: dial.dial - 1 }, 'attempt'),
      requiredSec: dial.dial === 0 ? 0 : 600,
      consecutiveFailures: dial.dial,
      jitterSec: 0,
      waived: false,
      probe: false,
    },
  }
  return { ...event(dial, 0, { type: 'DialAttempted', data }), id: idOf(dial, 'attempt') }
}

const refusal = (dial: Dial, afterSec: number): UnsealedEvent => {
  const notBefore = readingAt(dial, 626).wall
  const refused = event(dial, afterSec, {
    type: 'DialRefused',
    data: { deniedBy: [{ rule: 'open-interval', notBefore }], retryAfterSec: 566.01 },
  })
  const { attempt: _attempt, ...metadata } = refused.metadata
  return { ...refused, metadata }
}

const event = (dial: Dial, afterSec: number, what: LedgerEvent): UnsealedEvent => {
  const appended = readingAt(dial, afterSec)
  // A reading is taken before the decision, and once more before the append.
  const learnedMs = Date.parse(appended.wall) - 2
  return {
    ...what,
    id: idOf(dial, String(afterSec)),
    metadata: {
      schema: 1,
      occurred: { ...appended, wall: isoOfMs(learnedMs) },
      appended,
      host: hostOf(dial.place),
      source: { kind: 'gate' },
      actor: 'root',
      attempt: idOf(dial, 'attempt'),
    },
  }
}

const readingAt = ({ place, atSec }: Dial, afterSec: number): ClockReading => {
  const sinceBootSec = (place.outage % outagesPerBoot) * outageSec + atSec + afterSec + 60
  const boot = Math.floor(place.outage / outagesPerBoot)
  const sinceEpochSec = boot * (outagesPerBoot * outageSec) + sinceBootSec
  return {
    bootId: uuidOf(`${hostOf(place)} boot ${boot}`),
    boottimeOffset: '0 0',
    provider: 'kernel',
    uptimeCs: sinceBootSec * 100 + (place.link % 100),
    wall: isoOfMs(epochMs + sinceEpochSec * 1000 + (place.link % 1000)),
  }
}

/** A hundred links to a gateway. */
const hostOf = ({ link }: OutagePlace): string => `gateway-${Math.floor(link / 100)}`

const pidOf = ({ place, dial }: Dial): number => 1000 + ((place.outage * 7 + dial * 3) % 30_000)

const idOf = ({ place, dial }: Dial, what: string): string =>
  uuidOf(`${place.link} ${place.outage} ${dial} ${what}`)

const uuidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
