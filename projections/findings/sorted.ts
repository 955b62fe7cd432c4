/** Index of the last item whose key is at most `limit`, in a list sorted by that key; -1: none. */
export const lastAtMost = <A>(
  sorted: ReadonlyArray<A>,
  keyOf: (item: A) => number,
  limit: number,
): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const item = sorted[middle]
    if (item !== undefined && keyOf(item) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The largest of some numbers, however many there are. */
export const largestOf = (numbers: Iterable<number>): number => {
  let largest = -Infinity
  for (const number of numbers) largest = Math.max(largest, number)
  return largest
}
