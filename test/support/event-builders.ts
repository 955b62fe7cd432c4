import type { DialAttempted, LedgerEvent, Metadata, Recorded } from '../../domain/events'
import type { ClockReading } from '../../domain/time'

/** The moment that virtual time starts at: true time 0. */
export const epochMs = Date.UTC(2026, 0, 1)

/** A UUID that a number names, so that tests have ids that repeat. */
export const uuidOf = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

/** A clock reading of a host that has been up for an hour. */
export const aReading = (overrides: Partial<ClockReading> = {}): ClockReading => ({
  bootId: 'boot-a-1',
  boottimeOffset: '0',
  provider: 'kernel',
  uptimeCs: 360_000,
  wall: new Date(epochMs).toISOString(),
  ...overrides,
})

/** The envelope of an event that the gate wrote at one reading. */
export const aMetadata = (overrides: Partial<Metadata> = {}): Metadata => ({
  schema: 1,
  occurred: overrides.appended ?? aReading(),
  appended: aReading(),
  host: 'a',
  source: { kind: 'gate' },
  actor: 'tester',
  prev: '0'.repeat(64),
  ...overrides,
})

/** A grant of a supervised attempt under the default policy, on a link that never failed. */
export const aGrant = (overrides: Partial<DialAttempted['data']> = {}): DialAttempted => ({
  type: 'DialAttempted',
  data: {
    supervision: 'supervised',
    dialer: 'generic',
    dialTimeoutSec: 120,
    startWithinSec: 5,
    startByCs: 360_500,
    leaseSec: null,
    redialsItself: false,
    owner: null,
    supervisor: null,
    session: null,
    basis: {
      policy: { site: null, link: null },
      windowId: null,
      requiredSec: 0,
      consecutiveFailures: 0,
      jitterSec: 0,
      waived: false,
      probe: false,
    },
    ...overrides,
  },
})

/** An event as read from the stream `link-isp`; revision and position give its place. */
export const aRecorded = <E extends LedgerEvent>(
  event: E,
  revision: bigint,
  metadata: Partial<Metadata> = {},
): Recorded<E> => ({
  ...event,
  id: uuidOf(Number(revision) + 1_000_000),
  stream: 'link-isp',
  revision,
  position: revision + 1n,
  metadata: aMetadata(metadata),
})
