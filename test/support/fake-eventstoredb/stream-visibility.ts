import { tombstoneRevision, type LoggedEvent } from './logged-event'

/** What a stream's metadata say about how much of it may be read. */
export type Truncation = { readonly maxCount: bigint | null; readonly truncateBefore: bigint }

/** The truncation that the newest event of a metadata stream states. */
export const truncationOf = (metastream: ReadonlyArray<LoggedEvent> | undefined): Truncation => {
  const newest = metastream?.at(-1)
  if (newest === undefined) return { maxCount: null, truncateBefore: 0n }
  // A soft delete states a number that JSON.parse would round.
  const text = Buffer.from(newest.data).toString('utf8')
  const stated = (key: string): bigint | null => {
    const [, digits] = new RegExp(`"\\${key}"\\s*:\\s*(\\d+)`, 'u').exec(text) ?? []
    return digits === undefined ? null : BigInt(digits)
  }
  return { maxCount: stated('$maxCount'), truncateBefore: stated('$tb') ?? 0n }
}

/** What reads show of the events of a stream; null: there is no such stream, for all they tell. */
export const visibleOf = (
  stored: ReadonlyArray<LoggedEvent>,
  { maxCount, truncateBefore }: Truncation,
): ReadonlyArray<LoggedEvent> | 'tombstoned' | null => {
  const last = stored.at(-1)
  if (last === undefined) return null
  if (last.revision === tombstoneRevision) return 'tombstoned'
  if (truncateBefore === tombstoneRevision) return null
  const counted = maxCount === null ? 0n : last.revision + 1n - maxCount
  const from = counted > truncateBefore ? counted : truncateBefore
  return from === 0n ? stored : stored.filter(({ revision }) => revision >= from)
}
