/** An immutable list that is cheap to add to: an addition copies the few recent items only. */
export type LongList<A> = { readonly older: ReadonlyArray<A>; readonly recent: ReadonlyArray<A> }

/** The list without items. */
export const emptyLongList: LongList<never> = { older: [], recent: [] }

/** Most items that an addition copies. */
const recentMax = 32

/** The list of some items. */
export const longListOf = <A>(items: ReadonlyArray<A>): LongList<A> => ({
  older: items,
  recent: [],
})

/** The list with an item added at its end. */
export const added = <A>({ older, recent }: LongList<A>, item: A): LongList<A> =>
  recent.length < recentMax
    ? { older, recent: [...recent, item] }
    : { older: [...older, ...recent], recent: [item] }

/** The list with another item instead of its last. */
export const lastReplaced = <A>({ older, recent }: LongList<A>, item: A): LongList<A> =>
  recent.length > 0
    ? { older, recent: [...recent.slice(0, -1), item] }
    : { older: older.slice(0, -1), recent: [item] }

/** The item that is `fromEnd` from the end; 1 is the last. */
export const itemFromEnd = <A>({ older, recent }: LongList<A>, fromEnd: number): A | undefined =>
  recent.at(-fromEnd) ?? older.at(recent.length - fromEnd)

/** How many items a list has. */
export const lengthOf = <A>({ older, recent }: LongList<A>): number => older.length + recent.length

/** The items of a list, oldest first. */
export const itemsOf = <A>({ older, recent }: LongList<A>): ReadonlyArray<A> =>
  recent.length === 0 ? older : [...older, ...recent]
