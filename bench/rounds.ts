/** How often something is measured: rounds that are thrown away first, then rounds that count. */
export type Rounds = { readonly warmUp: number; readonly counted: number }

/** What a contender took in each counted round, oldest first. */
export type Samples = ReadonlyArray<number>

/**
 * Measures contenders in turns, so that what the machine does meanwhile meets all of them; gives the
 * samples of each. Each round begins with another one.
 */
export const interleaved = async (
  contenders: ReadonlyArray<() => Promise<number>>,
  { warmUp, counted }: Rounds,
): Promise<ReadonlyArray<Samples>> => {
  const samples = contenders.map((): number[] => [])
  for (let round = -warmUp; round < counted; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const place = (turn + round + warmUp) % contenders.length
      const took = await contenders[place]?.()
      if (round >= 0 && took !== undefined) samples[place]?.push(took)
    }
  }
  return samples
}

/** The middle of some numbers; of an even count the mean of the two in the middle. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((first, second) => first - second)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper
}

/** What so many per cent of some numbers do not exceed, by the nearest rank. */
export const percentile = (numbers: ReadonlyArray<number>, perCent: number): number => {
  const sorted = numbers.toSorted((first, second) => first - second)
  return sorted[Math.ceil((perCent / 100) * sorted.length) - 1] ?? NaN
}

/** The median of the ratios of each round: drift of the machine cancels out. */
export const medianRatio = (numerators: Samples, denominators: Samples): number =>
  median(numerators.map((value, round) => value / (denominators[round] ?? NaN)))

/** Milliseconds that something takes. */
export const msOf = async (work: () => unknown): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
