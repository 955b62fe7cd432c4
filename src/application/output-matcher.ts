/** Longest line that is looked at as a whole, in UTF-16 units; of a longer one the end is. */
const lineLengthMax = 64 * 1024

/**
 * Watches output for a line that a pattern matches, an unfinished last one included, and calls
 * `matched` once. Lines of different streams are kept apart.
 */
export const outputMatcher = (
  pattern: RegExp,
  matched: () => void,
): ((text: string, stream: string) => void) => {
  const unfinished = new Map<string, string>()
  let done = false
  return (text, stream) => {
    if (done) return
    const lines = `${unfinished.get(stream) ?? ''}${text}`.split(/\r?\n|\r/u)
    unfinished.set(stream, (lines.at(-1) ?? '').slice(-lineLengthMax))
    done = lines.some((line) => line.search(pattern) >= 0)
    if (done) matched()
  }
}
