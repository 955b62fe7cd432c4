import type { RecordedEvent } from '../../ports/event-store'

/** An event as SQLite gives it back. */
export type EventRow = {
  readonly position: number
  readonly revision: number
  readonly id: Buffer
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** The recorded event that a row of a stream holds. */
export const recordedEvent = (stream: string, row: EventRow): RecordedEvent => ({
  id: uuidOf(row.id),
  type: row.type,
  data: row.data,
  metadata: row.metadata,
  stream,
  revision: BigInt(row.revision),
  position: BigInt(row.position),
})

/** The UUID that 16 bytes stand for. */
export const uuidOf = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The 16 bytes of a UUID. */
export const bytesOfUuid = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
