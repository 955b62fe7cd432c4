import * as E from 'fp-ts/Either'
import type { ReadError } from '../../ports/event-store'
import type { ReadAll } from './read-all'

/** Events of a page while streams are listed. */
const pageSize = 1000

type Listed = { readonly names: Set<string>; after: bigint | null }

/** The streams of a category, in the order of their first events. */
export type ListStreams = (category: string) => Promise<E.Either<ReadError, ReadonlyArray<string>>>

/**
 * Lists streams by reading what was appended to them. The server has an index of categories only
 * where its system projections run, which may not be had; so the first question costs a walk over
 * the category and the next ones what was appended since. One store keeps what it has seen: some
 * 100 MB for a million links.
 */
export const listStreams = ({ page }: Pick<ReadAll, 'page'>): ListStreams => {
  const seen = new Map<string, Promise<Listed>>()
  return async (category) => {
    const before = seen.get(category) ?? Promise.resolve({ names: new Set<string>(), after: null })
    // One walk at a time: the names are in the order in which they are met.
    const walked = before.then(async (listed) => {
      const failure = await walkOn(page, category, listed)
      return { listed, failure }
    })
    seen.set(
      category,
      walked.then(({ listed }) => listed),
    )
    const { listed, failure } = await walked
    return failure === undefined ? E.right([...listed.names]) : E.left(failure)
  }
}

const walkOn = async (
  page: ReadAll['page'],
  category: string,
  listed: Listed,
): Promise<ReadError | undefined> => {
  for (;;) {
    const read = await page({ after: listed.after, categories: [category], limit: pageSize })
    if (E.isLeft(read)) return read.left
    for (const { stream, position } of read.right.events) {
      listed.names.add(stream)
      listed.after = position
    }
    if (read.right.next === null) return undefined
  }
}
