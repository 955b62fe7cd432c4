import type { LedgerEvent, Recorded } from '../../domain/events'
import { aGrant, aMetadata, aReading, aRecorded, uuidOf } from './event-builders'

const failure: LedgerEvent = { type: 'ConnectionErrorOccurred', data: { origin: 'x', code: 1 } }

/** Grants and failures of one link, from a revision on. */
export const linkEvents = (
  count: number,
  { link = 'isp', from = 0 } = {},
): ReadonlyArray<Recorded> =>
  Array.from({ length: count }, (_, index) => {
    const number = from + index
    const uptimeCs = 360_000 + 100 * number
    const appended = aReading({ uptimeCs })
    const event = number % 2 === 0 ? aGrant() : failure
    const stream = `link-${link}`
    const id = uuidOf(number + 10_000 * (link.codePointAt(0) ?? 0))
    return { ...aRecorded(event, BigInt(number), aMetadata({ appended })), stream, id }
  })
