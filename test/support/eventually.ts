const pauseMs = 20

/** Rounds of waiting after which a condition counts as one that never holds: about half a minute. */
const roundsMax = 1_500

/** Waits until a condition holds. */
export const eventually = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let round = 0; round < roundsMax; round += 1) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  throw new Error(`this never became true: ${condition.toString()}`)
}
