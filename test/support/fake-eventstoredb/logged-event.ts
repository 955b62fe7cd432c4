/** An event as a client proposes it; `data` and `metadata` are bytes that the server never reads. */
export type ProposedEvent = {
  readonly id: string
  readonly type: string
  readonly contentType: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

/** An event with its place; `position` is both commit and prepare: there are no transactions. */
export type LoggedEvent = ProposedEvent & {
  readonly stream: string
  readonly revision: bigint
  readonly position: bigint
  /** Ticks of 100 ns since 1970 by the server's own wall clock. */
  readonly created: bigint
}

/** The revision of the event that ends a stream for good; also what `$tb` says of a soft delete. */
export const tombstoneRevision = 2n ** 63n - 1n

/** What the server itself writes, such as its statistics. */
export const systemEvent: ProposedEvent = {
  id: '00000000-0000-4000-8000-00000000f00d',
  type: '$statsCollected',
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.alloc(0),
}

/** What a metadata stream says of a stream that begins at a revision only. */
export const truncatingBefore = (revision: bigint): ProposedEvent => ({
  ...systemEvent,
  type: '$metadata',
  data: Buffer.from(`{"$tb":${revision}}`),
})
