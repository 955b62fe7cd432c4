/**
 * A list that grows at its end without copying the whole: each part but `branches` is short.
 *
 * The audit's view must stay a plain value that a fold never mutates, and be long as a ledger.
 */
export type GrowingList<A> = {
  readonly branches: ReadonlyArray<ReadonlyArray<ReadonlyArray<A>>>
  readonly leaves: ReadonlyArray<ReadonlyArray<A>>
  readonly tail: ReadonlyArray<A>
}

const widthMax = 128

/** A list of nothing. */
export const emptyList: GrowingList<never> = { branches: [], leaves: [], tail: [] }

/** The list with one more item. */
export const grown = <A>(list: GrowingList<A>, item: A): GrowingList<A> => {
  const tail = [...list.tail, item]
  if (tail.length < widthMax) return { ...list, tail }
  const leaves = [...list.leaves, tail]
  if (leaves.length < widthMax) return { ...list, leaves, tail: [] }
  return { branches: [...list.branches, leaves], leaves: [], tail: [] }
}

/** The newest item; undefined when there is none. */
export const newestOf = <A>(list: GrowingList<A>): A | undefined =>
  list.tail.at(-1) ?? list.leaves.at(-1)?.at(-1) ?? list.branches.at(-1)?.at(-1)?.at(-1)

/** Every item, oldest first. */
export const itemsOf = <A>(list: GrowingList<A>): ReadonlyArray<A> => [
  ...list.branches.flat(2),
  ...list.leaves.flat(),
  ...list.tail,
]
