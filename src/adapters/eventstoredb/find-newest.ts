import * as E from 'fp-ts/Either'
import type { NewestEvent, ReadError } from '../../ports/event-store'
import { readStream } from './read-stream'
import type { StoreParts } from './store-parts'

/** Finds which event a stream ends with. */
export const findNewest = async (
  parts: StoreParts,
  stream: string,
): Promise<E.Either<ReadError, NewestEvent | null>> => {
  const range = { stream, direction: 'backwards', from: 'end', limit: 1 } as const
  const page = await readStream(parts, range)
  return E.isLeft(page) ? page : E.right(page.right.events[0] ?? null)
}
