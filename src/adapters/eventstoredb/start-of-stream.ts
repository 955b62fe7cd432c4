import * as E from 'fp-ts/Either'
import type { ReadError } from '../../ports/event-store'
import { reading } from './reading'
import { within } from './own-timer'
import type { StoreParts } from './store-parts'

/**
 * No events, of a stream that never was. One that was deleted (softly) looks the same to a read, and
 * an append to it goes on behind what is gone; so its metadata are looked at.
 */
export const startOfStream = async (
  parts: StoreParts,
  stream: string,
): Promise<E.Either<ReadError, ReadonlyArray<never>>> => {
  const read = await reading(parts, (client) =>
    within(parts.patience.readMs, client.getStreamMetadata(stream, { requiresLeader: true })),
  )
  if (E.isLeft(read)) return read
  const metadata = typeof read.right === 'string' ? undefined : read.right.metadata
  if (Number(metadata?.truncateBefore ?? 0) > 0) {
    return E.left({
      _tag: 'Corrupt',
      why: `${stream} was deleted: set its $tb to 0 to have it back, if nothing was scavenged since`,
    })
  }
  parts.ends.saw(stream, 'no_stream')
  return E.right([])
}
